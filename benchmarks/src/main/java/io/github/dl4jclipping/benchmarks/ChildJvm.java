package io.github.dl4jclipping.benchmarks;

import io.github.dl4jclipping.benchmarks.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs a job in its own JVM.
 *
 * @param classPath the class path of the JVM
 * @param folder the directory for its files
 * @param options additional options of the JVM
 * @param oneThread whether ND4J gets only one thread: on a busy machine its threads wait for each
 *     other at every operation, and small networks do not profit from them
 */
record ChildJvm(String classPath, Path folder, List<String> options, boolean oneThread) {

  /**
   * The options of every JVM: bound JavaCPP's memory, and keep DJL from downloading and from
   * reporting usage.
   */
  private static final List<String> COMMON =
      List.of(
          "-Dorg.bytedeco.javacpp.maxbytes=8g",
          "-Dorg.bytedeco.javacpp.maxphysicalbytes=14g",
          "-Djmh.ignoreLock=true",
          "-Dai.djl.offline=true",
          "-DOPT_OUT_TRACKING=true");

  /** Stops the child JVM when this JVM is stopped. */
  static void endAllWithThis() {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> ProcessHandle.current().children().forEach(ProcessHandle::destroy)));
  }

  /** Runs a main class, passes it the files of its job and its result, and returns the result. */
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
