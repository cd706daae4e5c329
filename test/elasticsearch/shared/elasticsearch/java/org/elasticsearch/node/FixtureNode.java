package org.elasticsearch.node;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.Build;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.http.HttpServerTransport;
import org.elasticsearch.plugins.ClasspathPlugins;
import org.elasticsearch.plugins.PluginsLoader;
import org.elasticsearch.plugins.PluginsService;
import org.elasticsearch.transport.netty4.Netty4Plugin;
import vedette.fixture.CommandLine;
import vedette.fixture.FixturePlugin;

/** A node of one process whose plugins are on the class path. In this package for what a node is constructed of. */
public final class FixtureNode extends Node {
    private FixtureNode(Settings settings) {
        super(
            NodeConstruction.prepareConstruction(
                new Environment(settings, null),
                PluginsLoader.createPluginsLoader(Set.of(), Set.of(), Map.of(), false),
                new NodeServiceProvider() {
                    @Override
                    PluginsService newPluginService(Environment environment, PluginsLoader loader) {
                        var plugins = List.of(new Netty4Plugin(), new FixturePlugin());
                        return new ClasspathPlugins(environment.settings(), loader, plugins);
                    }
                },
                true
            )
        );
    }

    public static void main(String[] arguments) throws Exception {
        long startedAtMs = System.currentTimeMillis();
        CommandLine commandLine = CommandLine.parse(arguments);
        Files.createDirectories(commandLine.data().resolve("config"));
        // Before anything else of the server: its classes get their loggers when they are loaded.
        LogConfigurator.configureESLogging();
        Settings.Builder settings = Settings.builder();
        commandLine.nodeSettings().forEach(settings::put);
        FixtureNode node = new FixtureNode(settings.build());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
            } catch (Exception error) {
                error.printStackTrace();
            }
        }));
        node.start();
        int port = node.injector().getInstance(HttpServerTransport.class).boundAddress().publishAddress().getPort();
        CommandLine.sayReady(Build.current().version(), port, startedAtMs);
        commandLine.hold();
    }
}
