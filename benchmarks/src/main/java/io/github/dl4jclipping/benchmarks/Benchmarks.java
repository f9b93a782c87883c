package io.github.dl4jclipping.benchmarks;

import io.github.dl4jclipping.benchmarks.report.Report;
import io.github.dl4jclipping.benchmarks.report.Results;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Runs all benchmarks that {@code benchmarks/README.md} reports, one JVM after another.
 *
 * <p>Run it with {@code mvn -q -Pbenchmark} from the root of the repository. {@code -Dquick} and
 * {@code -Dsmoke} measure less.
 */
public final class Benchmarks {

  private Benchmarks() {}

  /**
   * Runs the benchmarks. If a part failed, exits with 1 and replaces nothing in the repository. The
   * system property {@code benchmark.output} overrides the output directory of the scale.
   *
   * @param args the scale and the module's directory
   */
  public static void main(String[] args) throws Exception {
    Scale scale = Scale.valueOf(args[0].toUpperCase(Locale.ROOT));
    Path module = Path.of(args[1]);
    ChildJvm.endAllWithThis();
    Results results = new Run(scale, module.resolve("target"), System.out).run();
    boolean whole = results.failures().isEmpty();
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
    System.exit(whole ? 0 : 1);
  }
}
