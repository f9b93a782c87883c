package io.github.dl4jclipping.report.html;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.JsonNodeFactory;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** Lays several runs out as JSON: of each, what their common charts and tables show. */
final class ComparisonData {

  /** What of a run's page is shown beside other runs. */
  private static final List<String> SHOWN =
      List.of("x", "width", "verdict", "totals", "incidentCount");

  private static final List<String> SHOWN_OF_STEPS =
      List.of(
          "firstIteration",
          "lastIteration",
          "steps",
          "clipped",
          "nonFinite",
          "norm",
          "clippedNorm",
          "score");

  /** Incidents of a run that are told. */
  private static final int MAX_INCIDENTS = 10;

  private ComparisonData() {}

  static ObjectNode of(Map<String, EarlierRun> runs) {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    data.put("format", PageData.FORMAT);
    ObjectNode verdict = data.putObject("verdict");
    long broken = runs.values().stream().filter(EarlierRun::isBroken).count();
    verdict.put(
        "headline",
        broken == 0
            ? Words.count(runs.size(), "run") + ": no NaN or Inf reached a network"
            : Words.count(broken) + " of " + Words.count(runs.size(), "run") + " broke");
    verdict.put("level", (broken == 0 ? Verdict.Level.GOOD : Verdict.Level.BAD).key());
    notes(runs).forEach(verdict.putArray("details")::add);
    ArrayNode nodes = data.putArray("runs");
    runs.forEach((name, run) -> nodes.add(run(name, run.data())));
    return data;
  }

  private static List<String> notes(Map<String, EarlierRun> runs) {
    List<String> notes = new ArrayList<>();
    List<Set<String>> parameters =
        runs.values().stream()
            .map(ComparisonData::parameters)
            .filter(all -> !all.isEmpty())
            .toList();
    if (parameters.stream().distinct().count() > 1) {
      notes.add(
          "The runs are of networks with different parameters: compare the course of their norms,"
              + " not the size.");
    }
    if (runs.values().stream()
        .anyMatch(run -> !run.data().path("x").asText().equals("iteration"))) {
      notes.add(
          "A run has several workers, or was continued: steps are counted in the order of their"
              + " arrival.");
    }
    return notes;
  }

  private static Set<String> parameters(EarlierRun run) {
    Set<String> names = new HashSet<>();
    run.data().at("/heatMap/names").forEach(name -> names.add(name.asText()));
    return names;
  }

  private static ObjectNode run(String name, JsonNode data) {
    ObjectNode run = JsonNodeFactory.instance.objectNode();
    run.put("name", name);
    SHOWN.forEach(key -> run.set(key, data.path(key)));
    ObjectNode steps = run.putObject("steps");
    SHOWN_OF_STEPS.forEach(key -> steps.set(key, data.path("steps").path(key)));
    ArrayNode incidents = run.putArray("incidents");
    for (JsonNode incident : data.path("incidents")) {
      if (incidents.size() < MAX_INCIDENTS) {
        incidents.add(incident.path("text").asText().lines().findFirst().orElse(""));
      }
    }
    return run;
  }
}
