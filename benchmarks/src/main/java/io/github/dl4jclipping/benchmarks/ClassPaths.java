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
 * The class path of each engine: this JVM's own for ND4J, for the others the harness and the jars
 * that the build put into a folder.
 *
 * @param peers the folder of those folders
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
