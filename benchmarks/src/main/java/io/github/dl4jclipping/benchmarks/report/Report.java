package io.github.dl4jclipping.benchmarks.report;

import io.github.dl4jclipping.benchmarks.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Writes the results of a run: everything as JSON, and the README's tables.
 *
 * @param results the results
 */
public record Report(Results results) {

  /**
   * Writes the report to a directory.
   *
   * @param template the README whose sections are replaced
   */
  public void write(Path template, Path folder) throws IOException {
    new Charts(results, folder.resolve("charts")).draw();
    Json.write(folder.resolve("results.json"), results);
    Files.writeString(folder.resolve("README.md"), fill(Files.readString(template)));
  }

  /** Returns one line for each requirement: whether it is met, and the figures. */
  public String summary() {
    return bars().stream()
        .map(bar -> bar.verdict() + " - " + bar.requirement() + " - " + bar.figures())
        .collect(Collectors.joining(System.lineSeparator()));
  }

  private List<Bar> bars() {
    List<Bar> bars = new ArrayList<>(new KernelBars(new Kernels(results.kernels())).bars());
    bars.addAll(new TrainingBars(results.trainings()).bars());
    bars.add(new MemoryReport(results.memory()).bar());
    return bars;
  }

  private String fill(String readme) {
    TrainingTables training = new TrainingTables(results.trainings());
    return new Readme(readme)
        .with("machine", "A " + results.scale() + " run on: " + results.machine() + load())
        .with("bars", Bar.table(bars()))
        .with("kernels", new KernelTables(new Kernels(results.kernels())).toString())
        .with("updates", training.updates())
        .with("training", training.steps())
        .with("allocations", training.memory())
        .with("memory", new MemoryReport(results.memory()).table())
        .with("growth", new GrowthReport(results.growth()).table())
        .with("accuracy", new AccuracyTable(results.accuracy()).toString())
        .text();
  }

  /** Returns the load that the run saw, its own included. */
  private String load() {
    List<Double> loads = results.loads().stream().sorted().toList();
    return loads.isEmpty()
        ? ""
        : String.format(
            Locale.ROOT,
            " Load average at the end of each part, this run's own included: %.1f at the median,"
                + " %.1f at most.",
            loads.get(loads.size() / 2),
            loads.get(loads.size() - 1));
  }
}
