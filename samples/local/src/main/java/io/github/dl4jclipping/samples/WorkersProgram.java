package io.github.dl4jclipping.samples;

import java.io.PrintStream;
import java.util.List;

/** What the samples on several workers have in common: the same runs, told in the same way. */
final class WorkersProgram {

  private static final int BATCHES = 64;

  private WorkersProgram() {}

  /** Runs a sample; for the exit status see {@link TextProgram}. */
  static void main(String name, Workers.Factory factory) throws Exception {
    TextProgram.main(name, BATCHES, (text, bars, out) -> run(text, factory, bars, out));
  }

  private static void run(String text, Workers.Factory factory, ProgressBars bars, PrintStream out)
      throws Exception {
    WorkersTraining training = new WorkersTraining(text, BATCHES, factory);
    List<WorkersResult> results =
        List.of(training.run(Contender.STOCK, bars), training.run(Contender.PLUGIN, bars));
    out.println();
    out.println(WorkersTable.of(results));
    results.forEach(result -> out.println(result.contender().label() + ": " + result.summary()));
    out.println();
    out.println(WorkersTable.verdict(results));
  }
}
