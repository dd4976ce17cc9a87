import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.opensearch.common.logging.LogConfigurator;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.transport.Netty4Plugin;

/** A real OpenSearch node for tests, from the jars its project publishes. Arguments: HOME PORT [setting=value]… Prints "started". */
public class OpenSearchNode extends Node {
	private OpenSearchNode(Environment environment) {
		super(environment, List.of(Netty4Plugin.class), true);
	}

	private static Settings settings(Path home, String[] arguments) {
		Settings.Builder settings = Settings.builder()
			.put("path.home", home)
			.put("path.data", home.resolve("data"))
			.put("path.logs", home.resolve("logs"))
			.put("cluster.name", "tfl-top-test")
			.put("node.name", "only")
			.put("discovery.type", "single-node")
			.put("transport.type", "netty4")
			.put("http.type", "netty4")
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
		LogConfigurator.configureWithoutConfig(settings);
		OpenSearchNode node = new OpenSearchNode(InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), home.resolve("config"),
			() -> "only"));
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
		new CountDownLatch(1).await();
	}
}
