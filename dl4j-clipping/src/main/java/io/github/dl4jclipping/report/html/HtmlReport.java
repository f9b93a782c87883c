package io.github.dl4jclipping.report.html;

import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.internal.log.LogName;
import io.github.dl4jclipping.report.ClipObserver;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.report.UpdateRatios;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows a run on one page: norms before and after clipping, coefficient, score, size of the
 * updates, the norm of each parameter, advice on a bound, and where a gradient broke. The page is a
 * single file that opens in a browser without a network.
 *
 * <pre>{@code
 * try (HtmlReport page = HtmlReport.to(Path.of("clipping.html")).configuration(clipping)) {
 *   network.addListeners(new GradientClippingListener(clipping).observe(page));
 *   network.fit(iterator);
 * }
 * }</pre>
 *
 * <p>The page is written at the beginning and replaced while training runs: at most every two
 * seconds, and so rarely that writing takes about a hundredth of the time. It is also written at
 * the end of an epoch, unless it was just written, and at once when an exception ends a step, at
 * incidents 1, 2, 4, 8, ..., and by {@link #close}. A page that is not closed is completed when the
 * JVM ends, but not if the JVM is killed. Close the page if the JVM lives on: the page keeps its
 * data in memory until then.
 *
 * <p>A page that is open in a browser follows the run. It reloads itself every two seconds, or less
 * often if it is written less often, but at least once a minute. It keeps the reader's zoom, hidden
 * lines and place. {@link RunComparison} shows several runs side by side.
 *
 * <p>The size of the page does not grow with the run. Up to {@value Run#MAX_POINTS} steps, every
 * step is a point. In a longer run, successive steps share a point, which shows their smallest and
 * largest number and counts clipped and non-finite steps. The numbers equal those of the reports to
 * the last bit. The page holds them as JSON in the element {@code data}; a non-finite number is
 * null.
 *
 * <p>Steps of several workers appear on one page in the order of their arrival, with a table of the
 * workers. A page writes a file of this machine, so it refuses Java serialisation. On Spark, bring
 * the reports to the driver and call {@link #onStep} there.
 *
 * <p>If the page cannot be written, for example because the disk is full, this is logged once and
 * tried again later. Training continues. Thread-safe.
 */
public final class HtmlReport implements ClipObserver, AutoCloseable {

  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(LogName.NAME);

  private final transient PageFile file;
  private final transient Pace pace;
  private final transient Run run = new Run();
  private final transient Thread atExit = new Thread(this::endWithJvm, "dl4j-clipping page");
  private String title = "Gradient clipping";
  private String configuration = "";
  private State state = State.RUNNING;
  private boolean failed;

  private enum State {
    RUNNING,
    CLOSED,
    /** The JVM ended without a call of close. */
    ENDED
  }

  private HtmlReport(PageFile file, LongSupplier nanoTime) {
    this.file = file;
    this.pace = new Pace(nanoTime);
  }

  /**
   * Creates a page and writes it at once, without steps. Creates missing parent directories. Only a
   * page of an earlier run or an empty file is replaced. If the path is a link, its target is
   * replaced.
   *
   * @throws IllegalArgumentException if the path is a directory, or a file that is not such a page
   * @throws UncheckedIOException if it cannot be written
   */
  public static HtmlReport to(Path path) {
    return to(path, System::nanoTime);
  }

  static HtmlReport to(Path path, LongSupplier nanoTime) {
    Objects.requireNonNull(path, "path must not be null");
    HtmlReport report = new HtmlReport(PageFile.at(path, Page.RUN), nanoTime);
    try {
      report.replace();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + report.path() + ": " + e, e);
    }
    Runtime.getRuntime().addShutdownHook(report.atExit);
    return report;
  }

  /**
   * Sets the title. The default is "Gradient clipping".
   *
   * @return this page
   */
  public synchronized HtmlReport title(String title) {
    this.title = Objects.requireNonNull(title, "title must not be null");
    return this;
  }

  /**
   * Sets the configuration that the page shows: the {@code toString} of an object, such as a {@code
   * GradientClipping} or a list of several objects.
   *
   * @return this page
   */
  public synchronized HtmlReport configuration(Object configuration) {
    this.configuration =
        Objects.requireNonNull(configuration, "configuration must not be null").toString();
    return this;
  }

  /** Returns where the page is, as an absolute path. */
  public Path path() {
    return file.path();
  }

  /**
   * Adds a step.
   *
   * @throws IllegalStateException if the page is closed
   */
  @Override
  public synchronized void onStep(ClipReport report) {
    checkOpen();
    run.add(report);
    boolean broken = report.isNonFinite() && Long.bitCount(run.incidents.count()) == 1;
    if (broken || report.outcome() == StepOutcome.RAISED || pace.allowsOrdinary()) {
      write();
    }
  }

  /**
   * Adds an incident. The page shows it from the next step on.
   *
   * @throws IllegalStateException if the page is closed
   */
  @Override
  public synchronized void onNonFinite(NonFiniteReport report) {
    checkOpen();
    run.add(report);
  }

  /** Returns true: the page shows how far updates move the parameters. */
  @Override
  public boolean wantsUpdateRatios() {
    return true;
  }

  /**
   * Adds the update of the last step.
   *
   * @throws IllegalStateException if the page is closed
   */
  @Override
  public synchronized void onUpdate(UpdateRatios ratios) {
    checkOpen();
    run.add(ratios);
  }

  /** Writes the page, unless it was written too recently. */
  @Override
  public synchronized void onEpochEnd(int epoch) {
    if (state == State.RUNNING && pace.allowsUrgent()) {
      write();
    }
  }

  private void checkOpen() {
    if (state == State.CLOSED) {
      throw new IllegalStateException(
          "The page " + path() + " is closed. Create a new HtmlReport and observe with it.");
    }
  }

  /** Writes the page for the last time. Never throws; calling it again does nothing. */
  @Override
  public synchronized void close() {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    write();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      log.trace("The JVM ends: {} stays as it is now", path(), e);
    }
  }

  private synchronized void endWithJvm() {
    if (state == State.RUNNING) {
      state = State.ENDED;
      write();
    }
  }

  private void write() {
    try {
      replace();
    } catch (IOException e) {
      if (!failed) {
        log.warn("Cannot write {}. It is tried again later. Training continues.", path(), e);
      }
      failed = true;
    }
  }

  private void replace() throws IOException {
    pace.start();
    try {
      ObjectNode data = PageData.of(run);
      data.put("title", title);
      data.put("configuration", configuration);
      data.put("state", state.name().toLowerCase(Locale.ROOT));
      data.put("writtenAt", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
      file.replace(Page.RUN.of(title, data.at("/verdict/headline").asText(), data));
    } finally {
      pace.end();
    }
  }

  @SuppressWarnings("UnusedMethod") // Java serialisation calls it
  private void writeObject(ObjectOutputStream out) throws NotSerializableException {
    throw new NotSerializableException(
        "HtmlReport writes "
            + path()
            + " on this machine and does not travel: on Spark, bring the reports to the driver and"
            + " call onStep there");
  }

  @Override
  public String toString() {
    return "HtmlReport(" + path() + ")";
  }
}
