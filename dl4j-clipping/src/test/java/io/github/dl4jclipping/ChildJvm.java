package io.github.dl4jclipping;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Starts a main class of the tests in a JVM of its own. */
public final class ChildJvm {

  private final List<String> shell = new ArrayList<>();
  private final List<String> options = new ArrayList<>(List.of("-Xmx512m", "-XX:-UsePerfData"));
  private Predicate<String> onClassPath = entry -> true;
  private boolean withErrors;

  /** Adds an option of the JVM. */
  public ChildJvm option(String option) {
    options.add(option);
    return this;
  }

  /** Leaves jars and folders off the class path whose path contains one of some words. */
  public ChildJvm without(String... words) {
    onClassPath = entry -> Arrays.stream(words).noneMatch(entry::contains);
    return this;
  }

  /** Sets what a process may write into one file, in KiB; needs bash. */
  public ChildJvm largestFile(int kib) {
    shell.addAll(List.of("bash", "-c", "ulimit -f " + kib + "; exec \"$@\"", "bash"));
    return this;
  }

  /** Puts what it writes to standard error into its output. */
  public ChildJvm withErrors() {
    withErrors = true;
    return this;
  }

  /** Starts a main class; what it writes to standard error is seen here. */
  public Process start(Class<?> main, Object... arguments) throws IOException {
    List<String> command = new ArrayList<>(shell);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", classPath(), main.getName()));
    Arrays.stream(arguments).map(Object::toString).forEach(command::add);
    return new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .redirectErrorStream(withErrors)
        .start();
  }

  private String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(onClassPath)
        .collect(Collectors.joining(File.pathSeparator));
  }
}
