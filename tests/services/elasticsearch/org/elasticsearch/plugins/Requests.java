package org.elasticsearch.plugins;

import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.elasticsearch.Build;
import org.elasticsearch.ResourceNotFoundException;
import org.elasticsearch.Version;
import org.elasticsearch.action.ActionListener;
import org.elasticsearch.action.support.master.AcknowledgedResponse;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.cluster.ClusterState;
import org.elasticsearch.cluster.ClusterStateUpdateTask;
import org.elasticsearch.cluster.metadata.DataStream;
import org.elasticsearch.cluster.metadata.Metadata;
import org.elasticsearch.cluster.metadata.MetadataCreateDataStreamService;
import org.elasticsearch.cluster.metadata.MetadataDeleteIndexService;
import org.elasticsearch.common.regex.Regex;
import org.elasticsearch.core.TimeValue;
import org.elasticsearch.index.Index;
import org.elasticsearch.index.IndexNotFoundException;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.rest.action.RestToXContentListener;
import org.elasticsearch.xcontent.ToXContent;

/** Requests that a released Elasticsearch answers by modules which are not published. */
class Requests {
	/** GET, PUT and DELETE /_data_stream/NAME */
	static class DataStreams extends BaseRestHandler {
		@Override
		public String getName() {
			return "data_streams";
		}

		@Override
		public List<Route> routes() {
			return List.of(new Route(RestRequest.Method.GET, "/_data_stream"), new Route(RestRequest.Method.GET, "/_data_stream/{name}"),
				new Route(RestRequest.Method.PUT, "/_data_stream/{name}"), new Route(RestRequest.Method.DELETE, "/_data_stream/{name}"));
		}

		@Override
		protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
			String name = request.param("name", "*");
			boolean named = request.hasParam("name");
			return switch (request.method()) {
				case PUT -> channel -> create(name, new RestToXContentListener<>(channel));
				case DELETE -> channel -> delete(name, new RestToXContentListener<>(channel));
				default -> channel -> {
					List<DataStream> streams = named(TimeSeriesPlugin.cluster().state(), name);
					if (streams.isEmpty() && named) {
						throw new IndexNotFoundException(name);
					}
					try (var out = channel.newBuilder()) {
						out.startObject().startArray("data_streams");
						for (DataStream stream : streams) {
							stream.toXContent(out, ToXContent.EMPTY_PARAMS);
						}
						channel.sendResponse(new RestResponse(RestStatus.OK, out.endArray().endObject()));
					}
				};
			};
		}

		private static List<DataStream> named(ClusterState state, String name) {
			return state.metadata().dataStreams().values().stream()
				.filter(stream -> Regex.simpleMatch(name.split(","), stream.getName()))
				.toList();
		}

		private static void create(String name, ActionListener<AcknowledgedResponse> listener) {
			TimeValue wait = TimeValue.timeValueSeconds(30);
			TimeSeriesPlugin.node.injector().getInstance(MetadataCreateDataStreamService.class).createDataStream(
				new MetadataCreateDataStreamService.CreateDataStreamClusterStateUpdateRequest(name, System.currentTimeMillis(), null, wait, wait,
					true), listener);
		}

		private static ClusterState without(ClusterState state, String name) {
			List<DataStream> streams = named(state, name);
			if (streams.isEmpty()) {
				throw new ResourceNotFoundException("data stream [" + name + "] not found");
			}
			Set<Index> indices = new HashSet<>();
			Metadata.Builder metadata = Metadata.builder(state.metadata());
			for (DataStream stream : streams) {
				metadata.removeDataStream(stream.getName());
				indices.addAll(stream.getIndices());
			}
			return MetadataDeleteIndexService.deleteIndices(ClusterState.builder(state).metadata(metadata).build(), indices,
				TimeSeriesPlugin.cluster().getSettings());
		}

		private static void delete(String name, ActionListener<AcknowledgedResponse> listener) {
			TimeSeriesPlugin.cluster().submitUnbatchedStateUpdateTask("delete data stream", new ClusterStateUpdateTask() {
				@Override
				public ClusterState execute(ClusterState state) {
					return without(state, name);
				}

				@Override
				public void onFailure(Exception failure) {
					listener.onFailure(failure);
				}

				@Override
				public void clusterStateProcessed(ClusterState before, ClusterState after) {
					listener.onResponse(AcknowledgedResponse.TRUE);
				}
			});
		}
	}

	/** GET and HEAD / */
	static class Root extends BaseRestHandler {
		@Override
		public String getName() {
			return "root";
		}

		@Override
		public List<Route> routes() {
			return List.of(new Route(RestRequest.Method.GET, "/"), new Route(RestRequest.Method.HEAD, "/"));
		}

		@Override
		protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
			return channel -> {
				ClusterState state = TimeSeriesPlugin.cluster().state();
				try (var out = channel.newBuilder()) {
					out.startObject().field("name", "only").field("cluster_name", state.getClusterName().value())
						.field("cluster_uuid", state.metadata().clusterUUID())
						.startObject("version").field("number", Version.CURRENT.toString()).field("build_flavor", "default")
						.field("build_type", "tar").field("build_hash", Build.current().hash())
						.field("lucene_version", org.apache.lucene.util.Version.LATEST.toString()).endObject()
						.field("tagline", "You Know, for Search").endObject();
					channel.sendResponse(new RestResponse(RestStatus.OK, out));
				}
			};
		}
	}

	/** GET and PUT /_ilm/policy/NAME: kept, and given back, but not acted upon. */
	static class LifecyclePolicies extends BaseRestHandler {
		private final Map<String, Map<String, Object>> policies = new ConcurrentHashMap<>();

		@Override
		public String getName() {
			return "lifecycle_policies";
		}

		@Override
		public List<Route> routes() {
			return List.of(new Route(RestRequest.Method.GET, "/_ilm/policy/{name}"), new Route(RestRequest.Method.PUT, "/_ilm/policy/{name}"));
		}

		@Override
		protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) throws IOException {
			String name = request.param("name");
			if (request.method() == RestRequest.Method.PUT) {
				Object policy = request.contentParser().map().get("policy");
				if (policy == null) {
					throw new IllegalArgumentException("Required [policy]");
				}
				policies.merge(name, Map.of("version", 1, "modified_date", Instant.now().toString(), "policy", policy),
					(before, now) -> Map.of("version", (int) before.get("version") + 1, "modified_date", now.get("modified_date"), "policy", policy));
				return channel -> new RestToXContentListener<AcknowledgedResponse>(channel).onResponse(AcknowledgedResponse.TRUE);
			}
			Map<String, Object> found = policies.get(name);
			if (found == null) {
				throw new ResourceNotFoundException("Lifecycle policy not found: {}", name);
			}
			return channel -> {
				try (var out = channel.newBuilder()) {
					channel.sendResponse(new RestResponse(RestStatus.OK, out.startObject().field(name, found).endObject()));
				}
			};
		}
	}
}
