package io.github.dl4jclipping.report.html;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * Sets earlier runs side by side on one page: score, norms before and after clipping and incidents
 * over the same axes, each run switched on and off in the legend.
 *
 * <pre>{@code
 * RunComparison.of(Path.of("before.html"), Path.of("after.html")).write(Path.of("both.html"));
 * }</pre>
 *
 * <p>A run is a page of {@link HtmlReport} or a file that {@code JsonLinesReport} wrote. It is read
 * once, when the comparison is created. Runs may differ in length and in their networks; the page
 * says so if the networks differ. Steps are compared by DL4J's iteration. If the iterations of a
 * run do not ascend, as with several workers, they are compared by the order of their reports.
 *
 * <p>Immutable and thread-safe. Memory does not grow with the length of the runs.
 */
public final class RunComparison {

  /** The most runs on one page: more could not be told apart. */
  public static final int MAX_RUNS = 12;

  private final Map<String, EarlierRun> runs;
  private final String title;

  private RunComparison(Map<String, EarlierRun> runs, String title) {
    this.runs = Collections.unmodifiableMap(new LinkedHashMap<>(runs));
    this.title = title;
  }

  /**
   * Reads runs and names each by the title of its page, or by its file. If these names are not
   * unique, the runs are named by their paths.
   *
   * @param files 1 to {@value #MAX_RUNS} files, in the order in which they are shown
   * @throws IllegalArgumentException if there are none or too many, if one is named twice, or if
   *     one is neither a page nor JSON Lines
   * @throws UncheckedIOException if one cannot be read
   */
  public static RunComparison of(Path... files) {
    Objects.requireNonNull(files, "files must not be null");
    checkCount(files.length);
    List<EarlierRun> read = Arrays.stream(files).map(RunComparison::read).toList();
    boolean unique = read.stream().map(EarlierRun::title).distinct().count() == (long) files.length;
    Map<String, EarlierRun> runs = new LinkedHashMap<>();
    for (EarlierRun run : read) {
      if (runs.put(unique ? run.title() : run.file().toString(), run) != null) {
        throw new IllegalArgumentException(run.file() + " is named twice");
      }
    }
    return new RunComparison(runs, "Runs side by side");
  }

  /**
   * Reads runs under given names.
   *
   * @param files 1 to {@value #MAX_RUNS} files by the name of their run, in the order in which they
   *     are shown
   * @throws IllegalArgumentException if there are none or too many, or if one is neither a page nor
   *     JSON Lines
   * @throws UncheckedIOException if one cannot be read
   */
  public static RunComparison of(Map<String, Path> files) {
    Objects.requireNonNull(files, "files must not be null");
    checkCount(files.size());
    Map<String, EarlierRun> runs = new LinkedHashMap<>();
    files.forEach(
        (name, file) ->
            runs.put(Objects.requireNonNull(name, "name must not be null"), read(file)));
    return new RunComparison(runs, "Runs side by side");
  }

  private static void checkCount(int count) {
    if (count < 1 || count > MAX_RUNS) {
      throw new IllegalArgumentException(
          "a comparison needs 1 to " + MAX_RUNS + " runs, but there are " + count);
    }
  }

  private static EarlierRun read(Path file) {
    return EarlierRun.read(Objects.requireNonNull(file, "file must not be null"));
  }

  /** Returns the same comparison with a title, "Runs side by side" unless set. */
  public RunComparison title(String title) {
    return new RunComparison(runs, Objects.requireNonNull(title, "title must not be null"));
  }

  /** Returns the names of the runs, in the order in which they are shown. */
  public List<String> names() {
    return List.copyOf(runs.keySet());
  }

  /**
   * Writes the page: a single file that opens in a browser without a network. Creates the folders
   * above it. Replaces an earlier comparison, and an empty file; nothing else.
   *
   * @return where it is, as an absolute path
   * @throws IllegalArgumentException if there is a folder or a file that is no comparison
   * @throws UncheckedIOException if it cannot be written
   */
  public Path write(Path page) {
    Objects.requireNonNull(page, "page must not be null");
    PageFile file = PageFile.at(page, Page.COMPARISON);
    ObjectNode data = ComparisonData.of(runs);
    data.put("title", title);
    data.put("state", "closed");
    data.put("writtenAt", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    try {
      file.replace(Page.COMPARISON.of(title, data.at("/verdict/headline").asText(), data));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file.path() + ": " + e, e);
    }
    return file.path();
  }

  /** Returns the names of the runs. */
  @Override
  public String toString() {
    return runs.keySet().stream().collect(Collectors.joining(", ", "RunComparison(", ")"));
  }
}
