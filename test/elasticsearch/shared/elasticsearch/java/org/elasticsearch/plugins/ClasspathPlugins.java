package org.elasticsearch.plugins;

import java.util.ArrayList;
import java.util.List;
import org.elasticsearch.common.settings.Settings;

/** Plugins that are on the class path, where a distribution has a directory for each. In this package for its records. */
public final class ClasspathPlugins extends PluginsService {
    private final List<LoadedPlugin> loaded = new ArrayList<>();

    public ClasspathPlugins(Settings settings, PluginsLoader loader, List<Plugin> plugins) {
        super(settings, null, loader);
        for (Plugin plugin : plugins) {
            loaded.add(new LoadedPlugin(ClasspathDescriptor.of(plugin), plugin, plugin.getClass().getClassLoader()));
        }
        loadExtensions(loaded);
    }

    @Override
    protected List<LoadedPlugin> plugins() {
        return loaded;
    }
}
