package io.github.dl4jclipping.samples;

import java.io.IOException;
import java.util.OptionalInt;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.terminal.TerminalBuilder.SystemOutput;

/** Draws progress bars on standard error if that is a terminal, and nothing elsewhere. */
final class ProgressBars {

  private static final int USUAL_WIDTH = 80;
  private static final int MIN_WIDTH = 40;
  private static final int MAX_WIDTH = 100;

  private final OptionalInt width;

  private ProgressBars(OptionalInt width) {
    this.width = width;
  }

  /** Looks at standard error. */
  static ProgressBars onStandardError() {
    try (Terminal terminal =
        TerminalBuilder.builder()
            .systemOutput(SystemOutput.ForcedSysErr)
            .nativeSignals(false)
            .dumb(true)
            .build()) {
      boolean dumb = terminal.getType().startsWith(Terminal.TYPE_DUMB);
      return new ProgressBars(dumb ? OptionalInt.empty() : OptionalInt.of(terminal.getWidth()));
    } catch (IOException e) {
      return none();
    }
  }

  /** Draws nothing. */
  static ProgressBars none() {
    return new ProgressBars(OptionalInt.empty());
  }

  /** Returns whether the bars are to be seen. */
  boolean areShown() {
    return width.isPresent();
  }

  /** Starts a bar, to be closed when its task ends. */
  ProgressBar start(String task, int steps) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(steps)
        .setUpdateIntervalMillis(200)
        .setStyle(ProgressBarStyle.ASCII)
        .setConsumer(width.isPresent() ? visible(width.getAsInt()) : new Nowhere())
        .build();
  }

  private static ProgressBarConsumer visible(int columns) {
    int usable = columns < MIN_WIDTH ? USUAL_WIDTH : Math.min(columns, MAX_WIDTH);
    return new ConsoleProgressBarConsumer(System.err, usable - 1);
  }

  /** Drops what it gets. */
  private static final class Nowhere implements ProgressBarConsumer {

    @Override
    public int getMaxRenderedLength() {
      return USUAL_WIDTH;
    }

    @Override
    public void accept(String rendered) {}

    @Override
    public void close() {}
  }
}
