package io.github.dl4jclipping.benchmarks.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Properties;
import org.nd4j.linalg.api.environment.Nd4jEnvironment;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Describes the machine and the software of a run.
 *
 * @param cores the number of processors that Java sees
 * @param memory the memory in GB
 * @param nd4j the backend, threads and BLAS of ND4J
 * @param revision the git revision, or {@code "unknown"}
 */
public record Machine(
    String cpu,
    int cores,
    long memory,
    String os,
    String jdk,
    String nd4j,
    String date,
    String revision) {

  /** Returns the description of this machine. */
  public static Machine here() {
    return new Machine(
        cpuModel(),
        Runtime.getRuntime().availableProcessors(),
        totalMemory() >> 30,
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch"),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
        nd4jHere(),
        LocalDate.now(ZoneOffset.UTC).toString(),
        revisionHere());
  }

  private static String nd4jHere() {
    Properties environment = Nd4j.getExecutioner().getEnvironmentInformation();
    return String.format(
        "ND4J on %s with %s threads and %s",
        environment.get(Nd4jEnvironment.BACKEND_KEY),
        environment.get(Nd4jEnvironment.OMP_THREADS_KEY),
        environment.get(Nd4jEnvironment.BLAS_VENDOR_KEY));
  }

  private static String cpuModel() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown"; // not Linux
    }
  }

  private static long totalMemory() {
    return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
        .getTotalMemorySize();
  }

  private static String revisionHere() {
    try {
      Process git = new ProcessBuilder("git", "describe", "--always", "--dirty").start();
      String revision = new String(git.getInputStream().readAllBytes(), UTF_8).strip();
      return revision.isEmpty() ? "unknown" : revision;
    } catch (IOException e) {
      return "unknown"; // no git
    }
  }

  /** Returns the description in one sentence. */
  @Override
  public String toString() {
    return String.format(
        "%s, %d cores, %d GB, %s, %s, %s; %s, revision %s.",
        cpu, cores, memory, os, jdk, nd4j, date, revision);
  }
}
