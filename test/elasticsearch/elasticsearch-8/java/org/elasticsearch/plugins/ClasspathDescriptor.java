package org.elasticsearch.plugins;

import java.util.List;
import org.elasticsearch.Build;

/** What this version has a plugin say of itself. */
final class ClasspathDescriptor {
    private ClasspathDescriptor() {}

    static PluginDescriptor of(Plugin plugin) {
        Class<?> type = plugin.getClass();
        String version = Build.current().version();
        String java = System.getProperty("java.specification.version");
        return new PluginDescriptor(
            type.getSimpleName(), "on the class path", version, version, java, type.getName(),
            null, List.of(), false, false, false, false
        );
    }
}
