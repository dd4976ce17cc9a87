# kibana.jq: what is wrong with an export of Kibana 8.11, one line each; nothing when it is sound. jq -n -r -f kibana.jq FILE
# What Kibana draws from it is not tried here.

def newest: {"index-pattern": "8.0.0", lens: "8.9.0", dashboard: "8.9.0", map: "8.4.0"};
def numbers: split(".") | map(tonumber);
def texts: ["fields", "fieldAttrs", "fieldFormatMap", "runtimeFieldMap", "sourceFilters", "typeMeta"];
def strings_of_json: [paths(type == "string") as $p | select(($p[-1] | type) == "string") | select(($p[-1] | endswith("JSON")) or
  ($p | length == 1 and (texts | index($p[-1])))) | getpath($p)];
def parses: try (fromjson | true) catch false;

def lens_wrong:
  .attributes as $a | [.references[].name] as $refs | $a.state.datasourceStates.formBased.layers as $layers |
  (if ($refs | sort) == ($layers | keys | map("indexpattern-datasource-layer-" + .) | sort) then empty
   else "references do not name its layers" end),
  ($layers | to_entries[] | .key as $layer | .value.columns as $c |
    (if (.value.columnOrder | sort) == ($c | keys) then empty else "columnOrder of \($layer) is not its columns" end),
    ($c | to_entries[] | .key as $name | .value |
      (.references // [] | .[] | select($c[.].operationType | IN("sum", "count") | not) | "\($name) adds up what is no sum or count"),
      (.params.orderBy? // {} | select(.type == "column") | .columnId | select($c[.] == null) | "\($name) is ordered by a column that is not there"))),
  ([$a.state.visualization | if .layers then .layers[] else . end] | .[] |
    .layerId as $layer | $layers[$layer] as $l |
    if $l == null then "draws layer \($layer), which is not there"
    else ([.metricAccessor?, .xAccessor?, .accessors[]?, .metrics[]?, .primaryGroups[]?, .columns[]?.columnId, .sorting?.columnId] | .[] |
      select(. != null) | select($l.columns[.] == null) | "draws column \(.), which is not there") end);

def map_wrong:
  [.references[].name] as $refs | (.attributes.layerListJSON | fromjson) as $layers |
  (if ([$layers[].sourceDescriptor.indexPatternRefName // empty] | sort) == ($refs | sort) then empty
   else "references do not name the data views of its layers" end),
  ($layers[] | select(.type | IN("VECTOR", "TILE", "VECTOR_TILE", "TILED_VECTOR")) | "layer \(.id) has a type of before 8.1");

def overlap($a; $b): $a.x < $b.x + $b.w and $b.x < $a.x + $a.w and $a.y < $b.y + $b.h and $b.y < $a.y + $a.h;
def dashboard_wrong:
  (.references | map({key: .name, value: .type}) | from_entries) as $refs | (.attributes.panelsJSON | fromjson) as $panels |
  (if ($refs | keys) == ([$panels[] | "\(.panelIndex):\(.panelRefName)"] | sort) then empty else "references do not name its panels" end),
  ($panels[] | select(.gridData.i != .panelIndex) | "panel \(.panelIndex) lies in another one's place"),
  ($panels[] | select(.gridData.x + .gridData.w > 48) | "panel \(.panelIndex) is wider than the screen"),
  ($panels[] | select($refs["\(.panelIndex):\(.panelRefName)"] != .type) | "panel \(.panelIndex) is not of its object's type"),
  ($panels[] as $p | $panels[] | select(.panelIndex > $p.panelIndex and overlap(.gridData; $p.gridData)) |
    "panels \($p.panelIndex) and \(.panelIndex) overlap");

[inputs] as $lines | [$lines[] | select(.type)] as $objects | [$objects[] | "\(.type) \(.id)"] as $ids |
(if ($ids | length) == ($ids | unique | length) then empty else "an id comes twice" end),
(if ($lines[-1].exportedCount // ($objects | length)) == ($objects | length) then empty else "exportedCount is not the number of objects" end),
($objects[] | . as $o | "\(.type) \(.id): " + (
  (select(newest[$o.type] == null) | "a type that is not known"),
  (select((.typeMigrationVersion | numbers) > (newest[$o.type] | numbers)) | "newer than Kibana 8.11"),
  (select((.coreMigrationVersion | numbers) > [8, 8, 0]) | "newer than Kibana 8.11"),
  (.references[] | select("\(.type) \(.id)" | IN($ids[]) | not) | "refers to \(.type) \(.id), which is not there"),
  (.attributes | strings_of_json[] | select(parses | not) | "holds a string that is no JSON"),
  (select(.type == "lens") | lens_wrong), (select(.type == "map") | map_wrong), (select(.type == "dashboard") | dashboard_wrong)))
