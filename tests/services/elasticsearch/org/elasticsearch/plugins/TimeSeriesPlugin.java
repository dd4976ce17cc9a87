package org.elasticsearch.plugins;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.elasticsearch.cluster.metadata.DataStream;
import org.elasticsearch.cluster.metadata.IndexMetadata;
import org.elasticsearch.cluster.metadata.IndexNameExpressionResolver;
import org.elasticsearch.cluster.metadata.Metadata;
import org.elasticsearch.cluster.node.DiscoveryNodes;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.common.settings.ClusterSettings;
import org.elasticsearch.common.settings.IndexScopedSettings;
import org.elasticsearch.common.settings.Setting;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.settings.SettingsFilter;
import org.elasticsearch.common.time.DateFormatter;
import org.elasticsearch.core.TimeValue;
import org.elasticsearch.index.IndexMode;
import org.elasticsearch.index.IndexSettingProvider;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.index.mapper.DateFieldMapper;
import org.elasticsearch.node.Node;
import org.elasticsearch.rest.RestController;
import org.elasticsearch.rest.RestHandler;

/** What the modules data-streams, rest-root and ilm bring to a released Elasticsearch 8.11, as far as these tests meet it: the window of
 *  time of each backing index, the requests in Requests, and the settings that name a policy. */
public class TimeSeriesPlugin extends Plugin implements ActionPlugin {
	static Node node;
	private static final DateFormatter DATES = DateFieldMapper.DEFAULT_DATE_TIME_FORMATTER;
	private static final long WINDOW_EVERY_MS = 300_000;

	private static Setting<TimeValue> hours(String name) {
		return Setting.timeSetting(name, TimeValue.timeValueHours(2), TimeValue.timeValueMinutes(1), TimeValue.timeValueDays(7),
			Setting.Property.IndexScope, Setting.Property.Dynamic);
	}

	private static final Setting<TimeValue> LOOK_AHEAD = hours("index.look_ahead_time");
	private static final Setting<TimeValue> LOOK_BACK = hours("index.look_back_time");
	private static final Setting<String> LIFECYCLE_NAME = Setting.simpleString("index.lifecycle.name", Setting.Property.IndexScope,
		Setting.Property.Dynamic);

	@Override
	public List<Setting<?>> getSettings() {
		return List.of(LOOK_AHEAD, LOOK_BACK, LIFECYCLE_NAME);
	}

	private static Instant bound(Instant instant) {
		return DataStream.getCanonicalTimestampBound(instant);
	}

	/** From two hours ago, or from where the index before ends, to two hours ahead. */
	private static Settings window(DataStream stream, Metadata metadata, Instant now, Settings settings) {
		Instant start = stream == null
			? bound(now.minusMillis(LOOK_BACK.get(settings).millis()))
			: IndexSettings.TIME_SERIES_END_TIME.get(metadata.index(stream.getWriteIndex()).getSettings());
		Instant end = bound(now.plusMillis(LOOK_AHEAD.get(settings).millis()));
		if (end.isBefore(start)) {
			end = start.plusMillis(LOOK_AHEAD.get(settings).millis());
		}
		return Settings.builder()
			.put(IndexSettings.TIME_SERIES_START_TIME.getKey(), DATES.format(start))
			.put(IndexSettings.TIME_SERIES_END_TIME.getKey(), DATES.format(end))
			.build();
	}

	@Override
	public Collection<IndexSettingProvider> getAdditionalIndexSettingProviders(IndexSettingProvider.Parameters parameters) {
		return List.of((index, stream, timeSeries, metadata, now, settings, mappings) -> stream == null || !timeSeries
			? Settings.EMPTY
			: window(metadata.dataStreams().get(stream), metadata, now, settings));
	}

	@Override
	public List<RestHandler> getRestHandlers(Settings settings, RestController controller, ClusterSettings clusterSettings,
			IndexScopedSettings indexSettings, SettingsFilter filter, IndexNameExpressionResolver resolver, Supplier<DiscoveryNodes> nodes) {
		return List.of(new Requests.DataStreams(), new Requests.Root(), new Requests.LifecyclePolicies());
	}

	static ClusterService cluster() {
		return node.injector().getInstance(ClusterService.class);
	}

	private static void pushEnd(Metadata metadata, DataStream stream) {
		IndexMetadata index = metadata.index(stream.getWriteIndex());
		Instant end = bound(Instant.now().plusMillis(LOOK_AHEAD.get(index.getSettings()).millis() + WINDOW_EVERY_MS));
		if (end.isAfter(IndexSettings.TIME_SERIES_END_TIME.get(index.getSettings()))) {
			Settings settings = Settings.builder().put(IndexSettings.TIME_SERIES_END_TIME.getKey(), DATES.format(end)).build();
			node.client().admin().indices().prepareUpdateSettings(index.getIndex().getName()).setSettings(settings).get();
		}
	}

	/** Does not return. */
	static void keepWindowsOpen() throws InterruptedException {
		while (true) {
			Thread.sleep(WINDOW_EVERY_MS);
			try {
				Metadata metadata = cluster().state().metadata();
				metadata.dataStreams().values().stream()
					.filter(stream -> stream.getIndexMode() == IndexMode.TIME_SERIES)
					.forEach(stream -> pushEnd(metadata, stream));
			} catch (Exception failure) {
				failure.printStackTrace();
			}
		}
	}
}
