package io.github.dl4jclipping.benchmarks;

import com.google.gson.Gson;
import io.github.dl4jclipping.benchmarks.peer.Engine;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.math3.distribution.BinomialDistribution;
import org.openjdk.jmh.runner.Runner;

/**
 * Returns the class path of each engine. ND4J uses this JVM's class path; the others use the
 * harness and the jars that the build has put into a directory.
 *
 * @param peers the parent of these directories
 */
record ClassPaths(Path peers) {

  String of(Engine engine) {
    if (engine == Engine.ND4J) {
      return System.getProperty("java.class.path");
    }
    String harness =
        Stream.of(Benchmarks.class, Runner.class, BinomialDistribution.class, Gson.class)
            .map(ClassPaths::origin)
            .collect(Collectors.joining(File.pathSeparator));
    return harness + File.pathSeparator + peers.resolve(engine.folder()).resolve("*");
  }

  private static String origin(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
