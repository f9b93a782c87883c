package io.github.dl4jclipping.samples.cluster;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.launcher.JavaModuleOptions;

/**
 * Spark's own standalone cluster on the loopback interface, made of this JVM's class path: a master
 * and some workers, each a JVM of its own, which start executors in yet others.
 */
final class StandaloneCluster implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Pattern MASTER = Pattern.compile("Starting Spark master at (spark://\\S+)");
  private static final Pattern REGISTERED = Pattern.compile("Registering worker \\S+ with 1 cores");

  private static final String LOGGING =
      """
      <configuration>
        <appender name="CONSOLE" class="ch.qos.logback.core.ConsoleAppender">
          <encoder>
            <pattern>%d{HH:mm:ss} %-5level %logger{0} - %msg%n</pattern>
          </encoder>
        </appender>
        <logger name="io.github.dl4jclipping" level="INFO"/>
        <logger name="org.apache.spark.deploy" level="INFO"/>
        <root level="WARN">
          <appender-ref ref="CONSOLE"/>
        </root>
      </configuration>
      """;

  private final Path home;
  private final Path logging;
  private final List<String> jarsOfThisJob;
  private final List<Process> processes = new ArrayList<>();
  private final String url;

  /**
   * Starts a cluster and returns when its workers have registered.
   *
   * @param home an empty folder, for jars, logs and the workers' files
   */
  StandaloneCluster(Path home, int workers) throws IOException, InterruptedException {
    this.home = home;
    this.logging = Files.writeString(home.resolve("logback.xml"), LOGGING);
    nameJars();
    this.jarsOfThisJob = packClasses();
    boolean started = false;
    try {
      Path log = start("master", "org.apache.spark.deploy.master.Master");
      this.url = await(log, MASTER, 1).get(0).group(1);
      for (int i = 0; i < workers; i++) {
        start(
            "worker" + i,
            "org.apache.spark.deploy.worker.Worker",
            "--cores",
            "1",
            "--memory",
            "1g",
            "--work-dir",
            home.resolve("work" + i).toString(),
            url);
      }
      await(log, REGISTERED, workers);
      started = true;
    } finally {
      if (!started) {
        close();
      }
    }
  }

  /** Returns what a driver in this JVM needs to run its job there, on all workers at once. */
  SparkConf conf() {
    return new SparkConf()
        .setMaster(url)
        .setAppName("test")
        .setJars(jarsOfThisJob.toArray(String[]::new))
        .set("spark.driver.host", "127.0.0.1")
        .set("spark.driver.bindAddress", "127.0.0.1")
        .set("spark.ui.enabled", "false")
        .set("spark.executor.memory", "1g")
        .set(
            "spark.executor.extraJavaOptions",
            JavaModuleOptions.defaultModuleOptions() + " -Dlogback.configurationFile=" + logging)
        .set("spark.scheduler.minRegisteredResourcesRatio", "1")
        .set("spark.scheduler.maxRegisteredResourcesWaitingTime", PATIENCE.toSeconds() + "s");
  }

  /** Spark's processes take all jars in that folder: one, whose manifest names the others. */
  private void nameJars() throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest
        .getMainAttributes()
        .put(
            Attributes.Name.CLASS_PATH,
            classPath(Files::isRegularFile).stream()
                .map(jar -> jar.toUri().toString())
                .collect(Collectors.joining(" ")));
    Path jar = Files.createDirectory(home.resolve("jars")).resolve("class-path.jar");
    try (OutputStream out = Files.newOutputStream(jar)) {
      new JarOutputStream(out, manifest).close();
    }
  }

  /** Spark sends jars to its executors, not folders of classes. */
  private List<String> packClasses() throws IOException {
    List<String> packed = new ArrayList<>();
    for (Path folder : classPath(Files::isDirectory)) {
      Path jar = home.resolve("classes" + packed.size() + ".jar");
      try (OutputStream out = Files.newOutputStream(jar);
          JarOutputStream entries = new JarOutputStream(out);
          Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          entries.putNextEntry(
              new JarEntry(folder.relativize(file).toString().replace(File.separatorChar, '/')));
          Files.copy(file, entries);
        }
      }
      packed.add(jar.toString());
    }
    return packed;
  }

  private static List<Path> classPath(Predicate<Path> kind) {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath())
        .filter(kind)
        .toList();
  }

  /** Returns the file to which the process writes; it takes ports that are free. */
  private Path start(String name, String main, String... arguments) throws IOException {
    Path log = home.resolve(name + ".log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(JavaModuleOptions.defaultModuleOptions().trim().split("\\s+")));
    command.addAll(List.of("-Xmx512m", "-Dlogback.configurationFile=" + logging));
    command.addAll(List.of("-cp", home.resolve("jars") + File.separator + "*", main));
    command.addAll(List.of("--host", "127.0.0.1", "--port", "0", "--webui-port", "0"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("SPARK_HOME", home.toString());
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.environment().put("SPARK_SCALA_VERSION", "2.12");
    builder.environment().put("OMP_NUM_THREADS", "1");
    processes.add(builder.start());
    return log;
  }

  /** Reads a log again and again until a line stands there often enough. */
  private static List<MatchResult> await(Path log, Pattern line, int times)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      String text = Files.readString(log);
      List<MatchResult> found = line.matcher(text).results().toList();
      if (found.size() >= times) {
        return found;
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("no " + line + " in " + log + ":\n" + text);
      }
      Thread.sleep(100);
    }
  }

  /** Ends all processes, executors included. */
  @Override
  public void close() throws InterruptedException {
    List<ProcessHandle> all =
        processes.stream()
            .flatMap(process -> Stream.concat(process.descendants(), Stream.of(process.toHandle())))
            .toList();
    all.forEach(ProcessHandle::destroy);
    for (Process process : processes) {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    }
    all.forEach(ProcessHandle::destroyForcibly);
  }
}
