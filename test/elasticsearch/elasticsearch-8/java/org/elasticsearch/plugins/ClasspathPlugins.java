package org.elasticsearch.plugins;

import java.util.ArrayList;
import java.util.List;
import org.elasticsearch.Build;
import org.elasticsearch.common.settings.Settings;

/** Plugins that are on the class path, where a distribution has a directory for each. In this package for its records. */
public final class ClasspathPlugins extends PluginsService {
    private final List<LoadedPlugin> loaded = new ArrayList<>();

    public ClasspathPlugins(Settings settings, PluginsLoader loader, List<Plugin> plugins) {
        super(settings, null, loader);
        for (Plugin plugin : plugins) {
            loaded.add(new LoadedPlugin(describe(plugin), plugin, plugin.getClass().getClassLoader()));
        }
        loadExtensions(loaded);
    }

    @Override
    protected List<LoadedPlugin> plugins() {
        return loaded;
    }

    private static PluginDescriptor describe(Plugin plugin) {
        Class<?> type = plugin.getClass();
        String version = Build.current().version();
        String java = System.getProperty("java.specification.version");
        return new PluginDescriptor(
            type.getSimpleName(), "on the class path", version, version, java, type.getName(),
            null, List.of(), false, false, false, false
        );
    }
}
