package io.github.dl4jclipping.benchmarks;

import io.github.dl4jclipping.benchmarks.report.Report;
import io.github.dl4jclipping.benchmarks.report.Results;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Runs everything that {@code benchmarks/README.md} reports, each JVM after the other.
 *
 * <p>{@code mvn -q -Pbenchmark} from the root of the repository; with {@code -Dquick} or {@code
 * -Dsmoke} less of it, with {@code -Dbenchmark.network=MLP} the updates of one network.
 */
public final class Benchmarks {

  private Benchmarks() {}

  /**
   * Exits with 1 if a part failed, and then replaces nothing in the repository. The system property
   * {@code benchmark.output} says where to write if not where the scale does.
   *
   * @param args the scale, the module's folder
   */
  public static void main(String[] args) throws Exception {
    Scale scale = Scale.valueOf(args[0].toUpperCase(Locale.ROOT));
    Path module = Path.of(args[1]);
    ChildJvm.endAllWithThis();
    String network = System.getProperty("benchmark.network", "");
    Path target = module.resolve("target");
    Run run =
        network.isBlank()
            ? new Run(scale, target, System.out)
            : new Run(scale, network, target, System.out);
    Results results = run.run();
    boolean whole = results.failures().isEmpty() && network.isBlank();
    String asked = System.getProperty("benchmark.output", "");
    Path usual = whole ? scale.output(module) : Scale.SMOKE.output(module);
    Path output = asked.isBlank() ? usual : module.resolve(asked);
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
