package org.elasticsearch.plugins; // PluginsService.LoadedPlugin is visible in here only

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.elasticsearch.Version;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.jdk.ModuleQualifiedExportsService;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.transport.netty4.Netty4Plugin;

/** A real Elasticsearch node for tests, from the jars that Elastic publishes. What its unpublished modules add and a time series data
 *  stream needs is supplied by TimeSeriesPlugin. Arguments: HOME PORT [setting=value]… Prints "started" when it answers. */
public class ElasticsearchNode extends Node {
	private static class OurPlugins extends PluginsService {
		private final List<LoadedPlugin> loaded = new ArrayList<>();

		OurPlugins(Settings settings, Environment environment) {
			super(settings, environment.configFile(), null, null);
			for (Plugin plugin : List.of(new Netty4Plugin(), new TimeSeriesPlugin())) {
				String name = plugin.getClass().getName();
				PluginDescriptor descriptor = new PluginDescriptor(name, name, "1", Version.CURRENT, "17", name, null, List.of(), false, false,
					false, false);
				loaded.add(new LoadedPlugin(descriptor, plugin, ElasticsearchNode.class.getClassLoader(), ModuleLayer.boot()));
			}
		}

		@Override
		protected List<LoadedPlugin> plugins() {
			return loaded;
		}

		@Override
		protected void addServerExportsService(Map<String, List<ModuleQualifiedExportsService>> services) {
			// a class path has no modules to open
		}
	}

	private ElasticsearchNode(Environment environment) {
		super(environment, settings -> new OurPlugins(settings, environment), true);
	}

	private static Settings settings(Path home, String[] arguments) {
		Settings.Builder settings = Settings.builder()
			.put("path.home", home)
			.put("path.data", home.resolve("data"))
			.put("path.logs", home.resolve("logs"))
			.put("cluster.name", "tfl-top-test")
			.put("node.name", "only")
			.put("discovery.type", "single-node")
			.put("network.host", "127.0.0.1")
			.put("http.port", arguments[1])
			.put("transport.port", "0")
			.put("cluster.routing.allocation.disk.threshold_enabled", false);
		for (int i = 2; i < arguments.length; i++) {
			int equals = arguments[i].indexOf('=');
			settings.put(arguments[i].substring(0, equals), arguments[i].substring(equals + 1));
		}
		return settings.build();
	}

	public static void main(String[] arguments) throws Exception {
		Path home = Path.of(arguments[0]).toAbsolutePath();
		Files.createDirectories(home.resolve("config"));
		Settings settings = settings(home, arguments);
		LogConfigurator.setNodeName("only");
		LogConfigurator.configureESLogging();
		LogConfigurator.configureWithoutConfig(settings);
		Environment environment = InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), home.resolve("config"), () -> "only");
		ElasticsearchNode node = new ElasticsearchNode(environment);
		TimeSeriesPlugin.node = node;
		try {
			node.start();
		} catch (Throwable failure) { // a port in use, for one
			failure.printStackTrace();
			System.out.flush();
			Runtime.getRuntime().halt(1);
		}
		Runtime.getRuntime().addShutdownHook(new Thread(() -> {
			try {
				node.close();
			} catch (Exception failure) {
				failure.printStackTrace();
			}
		}));
		System.out.println("started");
		TimeSeriesPlugin.keepWindowsOpen();
	}
}
