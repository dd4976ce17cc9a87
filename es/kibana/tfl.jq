# tfl.jq: what Kibana imports, in a form that can be read. jq -n -c -f tfl.jq > tfl.ndjson
# Kibana keeps parts of a saved object as JSON inside a string: hence tojson. The versions are those of 8.11; later ones convert them.

def saved($type; $version; $id; $attributes; $references):
  {attributes: $attributes, coreMigrationVersion: "8.8.0", id: $id, managed: false, references: $references, type: $type,
   typeMigrationVersion: $version};

# What an event is, per data stream, and both together: there +1 and -1 add up.
def data_view($id; $title; $name):
  saved("index-pattern"; "8.0.0"; $id;
    {title: $title, name: $name, timeFieldName: "@timestamp", fields: "[]", fieldAttrs: "{}", fieldFormatMap: "{}", runtimeFieldMap: "{}",
     sourceFilters: "[]", typeMeta: "{}"}; []);

def count_of($caption): {label: $caption, customLabel: true, dataType: "number", operationType: "count", isBucketed: false, scale: "ratio",
  sourceField: "___records___", params: {emptyAsNull: true}};
def count_where($caption; $query): count_of($caption) + {filter: {query: $query, language: "kuery"}};
def sum_of_delta($caption): {label: $caption, customLabel: true, dataType: "number", operationType: "sum", isBucketed: false, scale: "ratio",
  sourceField: "delta", params: {emptyAsNull: true}};
def running_total($caption; $of): {label: $caption, customLabel: true, dataType: "number", operationType: "cumulative_sum", isBucketed: false,
  scale: "ratio", references: [$of], params: {}};
def by_time($interval): {label: "time", customLabel: true, dataType: "date", operationType: "date_histogram", isBucketed: true,
  scale: "interval", sourceField: "@timestamp", params: {interval: $interval, includeEmptyRows: true, dropPartials: false}};
def by_station($size; $column): {label: "station", customLabel: true, dataType: "string", operationType: "terms", isBucketed: true,
  scale: "ordinal", sourceField: "station",
  params: {size: $size, orderBy: {type: "column", columnId: $column}, orderDirection: "desc", otherBucket: true, missingBucket: false,
    parentFormat: {id: "terms"}, include: [], exclude: [], includeIsRegex: false, excludeIsRegex: false}};

# layers: [{id, view, columns: [{name, column}]}]; a column that another one refers to comes after it.
def lens($id; $title; $description; $type; $visualization; $layers):
  saved("lens"; "8.9.0"; $id;
    {title: $title, description: $description, visualizationType: $type,
     state: {
       visualization: $visualization, query: {query: "", language: "kuery"}, filters: [],
       datasourceStates: {
         formBased: {layers: ($layers | map({key: .id, value: {
           columns: (.columns | map({key: .name, value: .column}) | from_entries), columnOrder: (.columns | map(.name)),
           incompleteColumns: {}, sampling: 1, ignoreGlobalFilters: false}}) | from_entries)},
         indexpattern: {layers: {}}, textBased: {layers: {}}},
       internalReferences: [], adHocDataViews: {}}};
    $layers | map({type: "index-pattern", id: .view, name: "indexpattern-datasource-layer-\(.id)"}));

def metric($id; $title; $view; $column):
  lens($id; $title; ""; "lnsMetric"; {layerId: "main", layerType: "data", metricAccessor: "value"};
    [{id: "main", view: $view, columns: [{name: "value", column: $column}]}]);

def treemap($id; $title; $view; $caption):
  lens($id; $title; ""; "lnsPie";
    {shape: "treemap", layers: [{layerId: "main", layerType: "data", primaryGroups: ["station"], metrics: ["value"],
      allowMultipleMetrics: false, numberDisplay: "value", categoryDisplay: "default", legendDisplay: "hide", nestedLegend: false}]};
    [{id: "main", view: $view, columns: [{name: "station", column: by_station(100; "value")}, {name: "value", column: count_of($caption)}]}]);

def chart($layers):
  {legend: {isVisible: true, position: "bottom"}, valueLabels: "hide", fittingFunction: "None", preferredSeriesType: "line",
   axisTitlesVisibilitySettings: {x: false, yLeft: true, yRight: true}, tickLabelsVisibilitySettings: {x: true, yLeft: true, yRight: true},
   labelsOrientation: {x: 0, yLeft: 0, yRight: 0}, gridlinesVisibilitySettings: {x: false, yLeft: true, yRight: true}, layers: $layers};
def line($id; $accessor; $type; $color):
  {layerId: $id, layerType: "data", seriesType: $type, xAccessor: "time", accessors: [$accessor], position: "top", showGridlines: false,
   yConfig: [{forAccessor: $accessor, color: $color}]};

def in_network:
  lens("tfl-lens-network"; "Customers in network"; "Entries less exits, added up from the left edge of the time range"; "lnsXY";
    chart([line("main"; "total"; "area"; "#0019a8")]);
    [{id: "main", view: "tfl-dv-both", columns: [
      {name: "time", column: by_time("5m")}, {name: "total", column: running_total("customers in network"; "net")},
      {name: "net", column: sum_of_delta("net")}]}]);

def flow:
  lens("tfl-lens-flow"; "Entries and exits"; ""; "lnsXY";
    chart([line("entries"; "value"; "line"; "#0098d4"), line("exits"; "value"; "line"; "#e1251b")]);
    [{id: "entries", view: "tfl-dv-entries", columns: [{name: "time", column: by_time("auto")}, {name: "value", column: count_of("entries")}]},
     {id: "exits", view: "tfl-dv-exits", columns: [{name: "time", column: by_time("auto")}, {name: "value", column: count_of("exits")}]}]);

def station_table:
  lens("tfl-lens-stations"; "Stations"; "In, out and net flow by station; net flow is not how many are inside"; "lnsDatatable";
    {layerId: "main", layerType: "data", columns: (["station", "in", "out", "net"] | map({columnId: ., isTransposed: false})),
     sorting: {columnId: "in", direction: "desc"}, paging: {size: 20, enabled: true}};
    [{id: "main", view: "tfl-dv-both", columns: [
      {name: "station", column: by_station(600; "in")}, {name: "in", column: count_where("in"; "delta: 1")},
      {name: "out", column: count_where("out"; "delta: -1")}, {name: "net", column: sum_of_delta("net flow")}]}]);

def still($value): {type: "STATIC", options: $value};
def dots($n; $view_ref; $caption; $color):
  {id: "dots-\($n)", label: $caption, minZoom: 0, maxZoom: 24, alpha: 0.75, visible: true, includeInFitToBounds: true, type: "GEOJSON_VECTOR",
   sourceDescriptor: {id: "source-\($n)", type: "ES_GEO_GRID", geoField: "location", requestType: "point", resolution: "MOST_FINE",
     metrics: [{type: "count"}], applyGlobalQuery: true, applyGlobalTime: true, applyForceRefresh: true, indexPatternRefName: $view_ref},
   style: {type: "VECTOR", isTimeAware: true, properties: {
     icon: still({value: "marker"}), fillColor: still({color: $color}), lineColor: still({color: "#FFFFFF"}), lineWidth: still({size: 1}),
     iconSize: {type: "DYNAMIC", options: {minSize: 5, maxSize: 30, fieldMetaOptions: {isEnabled: true, sigma: 3},
       field: {label: "count", name: "doc_count", origin: "source"}}},
     iconOrientation: still({orientation: 0}), labelText: still({value: ""}), labelColor: still({color: "#000000"}),
     labelSize: still({size: 14}), labelBorderColor: still({color: "#FFFFFF"}), symbolizeAs: {options: {value: "circle"}},
     labelBorderSize: {options: {size: "SMALL"}}}}};

def stations_map:
  saved("map"; "8.4.0"; "tfl-map";
    {title: "Where people enter and leave", description: "",
     layerListJSON: ([
       {id: "ground", label: null, minZoom: 0, maxZoom: 24, alpha: 1, visible: true, includeInFitToBounds: true, type: "EMS_VECTOR_TILE",
        sourceDescriptor: {type: "EMS_TMS", isAutoSelect: true, lightModeDefault: "road_map_desaturated"},
        style: {type: "EMS_VECTOR_TILE", color: ""}},
       dots(1; "layer_1_source_index_pattern"; "entries"; "#0098d4"), dots(2; "layer_2_source_index_pattern"; "exits"; "#e1251b")] | tojson),
     mapStateJSON: ({zoom: 10.6, center: {lon: -0.12, lat: 51.51}, timeFilters: {from: "now-1h", to: "now"},
       refreshConfig: {isPaused: false, interval: 10000}, query: {query: "", language: "kuery"}, filters: [],
       settings: {autoFitToDataBounds: false}} | tojson),
     uiStateJSON: ({isLayerTOCOpen: false, openTOCDetails: []} | tojson)};
    [{name: "layer_1_source_index_pattern", type: "index-pattern", id: "tfl-dv-entries"},
     {name: "layer_2_source_index_pattern", type: "index-pattern", id: "tfl-dv-exits"}]);

# panels: [{id, type, x, y, w, h, range}] on a grid of 48 columns
def dashboard($id; $title; $description; $panels):
  ($panels | to_entries | map(.value + {key: "p\(.key + 1)"})) as $all |
  saved("dashboard"; "8.9.0"; $id;
    {title: $title, description: $description, hits: 0, version: 1, timeRestore: true, timeFrom: "now-1h", timeTo: "now",
     refreshInterval: {pause: false, value: 10000},
     kibanaSavedObjectMeta: {searchSourceJSON: ({query: {query: "", language: "kuery"}, filter: []} | tojson)},
     optionsJSON: ({useMargins: true, syncColors: false, syncCursor: true, syncTooltips: false, hidePanelTitles: false} | tojson),
     panelsJSON: ($all | map({version: "8.11.3", type: .type, gridData: {x: .x, y: .y, w: .w, h: .h, i: .key}, panelIndex: .key,
       embeddableConfig: ({enhancements: {}} + if .range then {timeRange: .range} else {} end), panelRefName: "panel_\(.key)"}) | tojson)};
    $all | map({type: .type, id: .id, name: "\(.key):panel_\(.key)"}));

def objects:
  data_view("tfl-dv-entries"; "station_entries"; "Entries"),
  data_view("tfl-dv-exits"; "station_exits"; "Exits"),
  data_view("tfl-dv-both"; "station_entries,station_exits"; "Entries and exits"),
  metric("tfl-lens-entries"; "# Entries"; "tfl-dv-entries"; count_of("entries")),
  metric("tfl-lens-exits"; "# Exits"; "tfl-dv-exits"; count_of("exits")),
  metric("tfl-lens-net"; "Net flow"; "tfl-dv-both"; sum_of_delta("entries less exits")),
  treemap("tfl-lens-treemap"; "Entries by station"; "tfl-dv-entries"; "entries"),
  treemap("tfl-lens-treemap-exits"; "Exits by station"; "tfl-dv-exits"; "exits"),
  in_network, flow, station_table, stations_map,
  dashboard("tfl-dashboard"; "TfL network"; "Powered by TfL Open Data"; [
    {id: "tfl-lens-entries", type: "lens", x: 0, y: 0, w: 8, h: 7},
    {id: "tfl-lens-exits", type: "lens", x: 8, y: 0, w: 8, h: 7},
    {id: "tfl-lens-net", type: "lens", x: 16, y: 0, w: 8, h: 7},
    {id: "tfl-lens-network", type: "lens", x: 24, y: 0, w: 24, h: 14, range: {from: "now/d", to: "now"}},
    {id: "tfl-lens-flow", type: "lens", x: 0, y: 7, w: 24, h: 14},
    {id: "tfl-map", type: "map", x: 24, y: 14, w: 24, h: 20},
    {id: "tfl-lens-treemap", type: "lens", x: 0, y: 21, w: 12, h: 13},
    {id: "tfl-lens-treemap-exits", type: "lens", x: 12, y: 21, w: 12, h: 13},
    {id: "tfl-lens-stations", type: "lens", x: 0, y: 34, w: 48, h: 16}]);

[objects] as $all | $all[],
  {excludedObjects: [], excludedObjectsCount: 0, exportedCount: ($all | length), missingRefCount: 0, missingReferences: []}
