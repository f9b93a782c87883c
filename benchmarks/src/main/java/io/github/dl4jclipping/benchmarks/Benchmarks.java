package io.github.dl4jclipping.benchmarks;

import io.github.dl4jclipping.benchmarks.report.Report;
import io.github.dl4jclipping.benchmarks.report.Results;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Runs everything that {@code benchmarks/README.md} reports, each JVM after the other.
 *
 * <p>{@code mvn -q -Pbenchmark} from the root of the repository; with {@code -Dquick} or {@code
 * -Dsmoke} less of it.
 */
public final class Benchmarks {

  private Benchmarks() {}

  /**
   * Exits with 1 if a part failed.
   *
   * @param args the scale, the module's folder, and where to write if not where the scale says
   */
  public static void main(String[] args) throws Exception {
    Scale scale = Scale.valueOf(args[0].toUpperCase(Locale.ROOT));
    Path module = Path.of(args[1]);
    // Whoever stops the run stops its children.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> ProcessHandle.current().children().forEach(ProcessHandle::destroy)));
    Results results = new Run(scale, module.resolve("target"), System.out).run();
    Path output = args.length > 2 ? Path.of(args[2]) : scale.output(module);
    Report report = new Report(results);
    report.write(module.resolve("README.md"), output);
    if (scale != Scale.SMOKE) {
      System.out.println(report.summary());
    }
    System.out.println("Written: " + output.resolve("README.md"));
    results.failures().forEach(System.err::println);
    System.exit(results.failures().isEmpty() ? 0 : 1);
  }
}
