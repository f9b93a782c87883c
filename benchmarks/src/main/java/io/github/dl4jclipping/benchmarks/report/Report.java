package io.github.dl4jclipping.benchmarks.report;

import io.github.dl4jclipping.benchmarks.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes what a run found: everything as JSON, and the README's tables.
 *
 * @param results what was found
 */
public record Report(Results results) {

  /**
   * Writes into a folder.
   *
   * @param template the README whose sections are filled
   */
  public void write(Path template, Path folder) throws IOException {
    Json.write(folder.resolve("results.json"), results);
    Files.writeString(folder.resolve("README.md"), fill(Files.readString(template)));
  }

  private String fill(String readme) {
    TrainingTables training = new TrainingTables(results.trainings());
    return new Readme(readme)
        .with("machine", "Measured on: " + results.machine())
        .with("kernels", new KernelTables(new Kernels(results.kernels())).toString())
        .with("training", training.ratios())
        .with("memory", training.memory())
        .text();
  }
}
