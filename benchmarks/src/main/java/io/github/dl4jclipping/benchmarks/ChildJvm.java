package io.github.dl4jclipping.benchmarks;

import io.github.dl4jclipping.benchmarks.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs a job in a JVM of its own.
 *
 * @param classPath its class path
 * @param folder where its files go
 * @param options its options, beyond those that all have
 * @param oneThread whether ND4J gets one thread only: on a busy machine its threads wait for each
 *     other at every operation, and small networks have no use of them
 */
record ChildJvm(String classPath, Path folder, List<String> options, boolean oneThread) {

  /** JavaCPP's memory is bounded; DJL is to download and to tell nothing. */
  private static final List<String> COMMON =
      List.of(
          "-Dorg.bytedeco.javacpp.maxbytes=8g",
          "-Dorg.bytedeco.javacpp.maxphysicalbytes=14g",
          "-Djmh.ignoreLock=true",
          "-Dai.djl.offline=true",
          "-DOPT_OUT_TRACKING=true");

  /** Makes whoever stops this JVM stop those that it runs. */
  static void endAllWithThis() {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> ProcessHandle.current().children().forEach(ProcessHandle::destroy)));
  }

  /** Returns the result of a main class that is given the files of its job and of its result. */
  <T> T run(Class<?> main, String name, Object job, Class<T> result)
      throws IOException, InterruptedException {
    Path jobFile = folder.resolve(name + ".job.json");
    Path resultFile = folder.resolve(name + ".json");
    Path log = folder.resolve(name + ".log");
    Json.write(jobFile, job);
    Files.deleteIfExists(resultFile);
    Process process = start(main, log, jobFile, resultFile);
    if (process.waitFor() != 0) {
      throw new IOException(main.getSimpleName() + " failed, see " + log + tail(log));
    }
    return Json.read(resultFile, result);
  }

  private Process start(Class<?> main, Path log, Path job, Path result) throws IOException {
    ProcessBuilder builder = new ProcessBuilder();
    builder.command().add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    builder.command().addAll(COMMON);
    builder.command().addAll(options);
    builder.command().addAll(List.of("-cp", classPath, main.getName()));
    builder.command().addAll(List.of(job.toString(), result.toString()));
    if (oneThread) {
      builder.environment().put("OMP_NUM_THREADS", "1");
    }
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    return builder.start();
  }

  private static String tail(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log);
    List<String> last = lines.subList(Math.max(0, lines.size() - 20), lines.size());
    return last.isEmpty()
        ? ""
        : ":" + System.lineSeparator() + String.join(System.lineSeparator(), last);
  }
}
