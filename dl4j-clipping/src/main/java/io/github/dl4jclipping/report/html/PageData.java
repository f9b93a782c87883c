package io.github.dl4jclipping.report.html;

import io.github.dl4jclipping.forensics.NonFiniteParameter;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.ClipSummary;
import io.github.dl4jclipping.report.ThresholdAdvice;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.JsonNodeFactory;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * Lays a run out as JSON: what the page draws, to the last bit. A number that is not finite is
 * null, and a count beside it says what there was.
 */
final class PageData {

  /** Changes when a page of old cannot be read as one of today. */
  static final int FORMAT = 1;

  /** Parameters of one incident that are written out. */
  private static final int MAX_PARAMETERS = 50;

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private PageData() {}

  static ObjectNode of(Run run) {
    ObjectNode data = JSON.objectNode();
    data.put("format", FORMAT);
    data.set("verdict", verdict(Verdict.of(run)));
    data.set("totals", totals(run));
    data.set("advice", advice(run));
    data.set("histogram", histogram(Histogram.of(run.advisor.norms())));
    data.put("x", run.isAscending() ? "iteration" : "arrival");
    data.put("width", run.steps.width());
    data.set("steps", steps(run.steps.all()));
    data.set("heatMap", heatMap(run.heatMap));
    data.put("incidentCount", run.incidents.count());
    data.set("incidents", incidents(run.incidents.kept()));
    data.set("workers", workers(run.workers));
    return data;
  }

  private static ObjectNode verdict(Verdict verdict) {
    ObjectNode node = JSON.objectNode();
    node.put("level", verdict.level().key());
    node.put("headline", verdict.headline());
    verdict.details().forEach(node.putArray("details")::add);
    return node;
  }

  private static ObjectNode totals(Run run) {
    ObjectNode node = summary(run.summary());
    ClipReport last = run.last();
    ClipReport largest = run.largest();
    ClipReport broken = run.firstNonFinite();
    put(node, "largestIteration", largest == null ? null : largest.iteration());
    put(node, "firstNonFiniteIteration", broken == null ? null : broken.iteration());
    put(node, "lastIteration", last == null ? null : last.iteration());
    put(node, "lastEpoch", last == null ? null : last.epoch());
    put(node, "lastScore", last == null ? Double.NaN : last.score());
    put(node, "lastMaxNorm", last == null ? Double.NaN : last.maxNorm());
    LossScaleStatus scale = last == null ? null : last.lossScale();
    put(node, "lastLossScale", scale == null ? Double.NaN : scale.scale());
    return node;
  }

  private static ObjectNode summary(ClipSummary summary) {
    ObjectNode node = JSON.objectNode();
    node.put("steps", summary.steps());
    node.put("clipped", summary.clipped());
    node.put("nonFinite", summary.nonFinite());
    node.put("skipped", summary.skipped());
    node.put("zeroed", summary.zeroed());
    node.put("passedNonFinite", summary.passedNonFinite());
    node.put("raised", summary.raised());
    node.put("overflowed", summary.overflowed());
    put(node, "clippedShare", summary.clippedShare());
    put(node, "largestNorm", summary.largestNorm());
    put(node, "meanNorm", summary.meanNorm());
    return node;
  }

  private static ObjectNode advice(Run run) {
    ThresholdAdvice advice = run.advisor.advice();
    ObjectNode node = JSON.objectNode();
    put(node, "p50", advice.p50());
    put(node, "p90", advice.p90());
    put(node, "p95", advice.p95());
    put(node, "p99", advice.p99());
    put(node, "largest", advice.largest());
    put(node, "suggestion", advice.suggestion());
    put(node, "suggestionClips", advice.suggestionClips());
    node.put("reason", advice.reason());
    node.put("exact", run.advisor.norms().isExact());
    ClipReport last = run.last();
    double bound = last == null ? Double.NaN : last.maxNorm();
    put(node, "bound", bound);
    ArrayNode candidates = node.putArray("candidates");
    candidates.add(candidate(run, "median (p50)", advice.p50()));
    candidates.add(candidate(run, "p90", advice.p90()));
    candidates.add(candidate(run, "p95", advice.p95()));
    candidates.add(candidate(run, "p99", advice.p99()));
    candidates.add(candidate(run, "suggestion", advice.suggestion()));
    candidates.add(candidate(run, "bound of this run", bound));
    candidates.add(candidate(run, "largest norm", advice.largest()));
    return node;
  }

  private static ObjectNode candidate(Run run, String name, double maxNorm) {
    ObjectNode node = JSON.objectNode();
    node.put("name", name);
    put(node, "maxNorm", maxNorm);
    put(node, "clips", run.advisor.clippedShareAt(maxNorm));
    return node;
  }

  private static ObjectNode histogram(Histogram histogram) {
    ObjectNode node = JSON.objectNode();
    node.put("logarithmic", histogram.logarithmic());
    node.put("zeros", histogram.zeros());
    histogram.edges().forEach(node.putArray("edges")::add);
    histogram.counts().forEach(node.putArray("counts")::add);
    return node;
  }

  private static ObjectNode steps(List<StepBucket> buckets) {
    ObjectNode node = JSON.objectNode();
    longs(node, "firstIteration", buckets, StepBucket::firstIteration);
    longs(node, "lastIteration", buckets, StepBucket::lastIteration);
    longs(node, "epoch", buckets, StepBucket::epoch);
    longs(node, "steps", buckets, StepBucket::steps);
    longs(node, "clipped", buckets, StepBucket::clipped);
    longs(node, "nonFinite", buckets, StepBucket::nonFinite);
    node.set("norm", ranges(buckets, bucket -> bucket.norm));
    node.set("clippedNorm", ranges(buckets, bucket -> bucket.clippedNorm));
    node.set("coefficient", ranges(buckets, bucket -> bucket.coefficient));
    node.set("maxNorm", ranges(buckets, bucket -> bucket.maxNorm));
    node.set("score", ranges(buckets, bucket -> bucket.score));
    node.set("lossScale", ranges(buckets, bucket -> bucket.lossScale));
    node.set("updateRatio", ranges(buckets, bucket -> bucket.updateRatio));
    return node;
  }

  private static ObjectNode ranges(List<StepBucket> buckets, Function<StepBucket, Range> range) {
    ObjectNode node = JSON.objectNode();
    doubles(node, "min", buckets, bucket -> range.apply(bucket).min());
    doubles(node, "max", buckets, bucket -> range.apply(bucket).max());
    longs(node, "nan", buckets, bucket -> range.apply(bucket).nan());
    longs(node, "infinite", buckets, bucket -> range.apply(bucket).infinite());
    return node;
  }

  private static ObjectNode heatMap(HeatMap map) {
    ObjectNode node = JSON.objectNode();
    List<HeatMap.Column> columns = map.columns();
    node.put("width", map.width());
    node.put("moreThanShown", map.hasMoreThanShown());
    map.names().forEach(node.putArray("names")::add);
    longs(node, "firstIteration", columns, HeatMap.Column::firstIteration);
    longs(node, "lastIteration", columns, HeatMap.Column::lastIteration);
    ArrayNode largest = node.putArray("largest");
    ArrayNode nonFinite = node.putArray("nonFinite");
    for (int row = 0; row < map.names().size(); row++) {
      ArrayNode cells = largest.addArray();
      for (int column = 0; column < columns.size(); column++) {
        add(cells, columns.get(column).largest(row));
        if (columns.get(column).isNonFinite(row)) {
          nonFinite.addArray().add(row).add(column);
        }
      }
    }
    return node;
  }

  private static ArrayNode incidents(List<Incident> incidents) {
    ArrayNode nodes = JSON.arrayNode();
    for (Incident incident : incidents) {
      ObjectNode node = nodes.addObject();
      node.put("number", incident.number());
      node.put("iteration", incident.report().iteration());
      node.put("epoch", incident.report().epoch());
      put(node, "score", incident.report().score());
      node.put("outcome", incident.outcome() == null ? null : incident.outcome().name());
      node.put("text", incident.text());
      List<NonFiniteParameter> parameters = incident.report().parameters();
      node.put("parameterCount", parameters.size());
      ArrayNode rows = node.putArray("parameters");
      parameters.stream().limit(MAX_PARAMETERS).forEach(each -> rows.add(parameter(each)));
    }
    return nodes;
  }

  private static ObjectNode parameter(NonFiniteParameter parameter) {
    ObjectNode node = JSON.objectNode();
    node.put("name", parameter.name());
    node.put("elements", parameter.elements());
    node.put("nan", parameter.nan());
    node.put("positiveInfinity", parameter.positiveInfinity());
    node.put("negativeInfinity", parameter.negativeInfinity());
    return node;
  }

  private static ArrayNode workers(Workers workers) {
    ArrayNode nodes = JSON.arrayNode();
    workers.summaries().forEach((name, summary) -> nodes.add(summary(summary).put("name", name)));
    return nodes;
  }

  private static <T> void longs(
      ObjectNode node, String name, List<T> items, ToLongFunction<T> value) {
    ArrayNode values = node.putArray(name);
    items.forEach(item -> values.add(value.applyAsLong(item)));
  }

  private static <T> void doubles(
      ObjectNode node, String name, List<T> items, ToDoubleFunction<T> value) {
    ArrayNode values = node.putArray(name);
    items.forEach(item -> add(values, value.applyAsDouble(item)));
  }

  private static void add(ArrayNode values, double value) {
    if (Double.isFinite(value)) {
      values.add(value);
    } else {
      values.addNull();
    }
  }

  private static void put(ObjectNode node, String name, double value) {
    node.put(name, Double.isFinite(value) ? value : null);
  }

  private static void put(ObjectNode node, String name, @Nullable Integer value) {
    node.put(name, value);
  }
}
