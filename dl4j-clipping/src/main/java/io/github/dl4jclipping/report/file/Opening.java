package io.github.dl4jclipping.report.file;

import io.github.dl4jclipping.internal.log.LogName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens report files: never over something that is there. */
final class Opening {

  private static final Logger log = LoggerFactory.getLogger(LogName.NAME);

  private Opening() {}

  /** Reads what a file holds, to refuse one that holds something else. */
  interface Check {

    /** Looks at a file with at least one complete row. */
    void accept(Path file) throws IOException;
  }

  /**
   * Creates a file and the folders above it.
   *
   * @throws IllegalArgumentException if the file exists or is a folder
   * @throws UncheckedIOException if it cannot be created
   */
  static ReportFile create(Path given) {
    Path path = absolute(given);
    if (Files.exists(path)) {
      throw new IllegalArgumentException(
          "report file "
              + path
              + " exists already and is never overwritten: choose another name, or append to it");
    }
    try {
      Files.createDirectories(path.getParent());
      return new ReportFile(
          path,
          Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
          0);
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  /**
   * Opens a file to append to it, after cutting off a last row that is torn; creates it where there
   * is none.
   *
   * @param quoted whether rows may have line breaks between quotes
   * @param check is asked about a file that is not empty
   * @throws IllegalArgumentException if the path is no file, or holds something else
   * @throws UncheckedIOException if it cannot be read and written
   */
  static ReportFile append(Path given, boolean quoted, Check check) {
    Path path = absolute(given);
    if (!Files.exists(path)) {
      return create(path);
    }
    if (!Files.isRegularFile(path)) {
      throw new IllegalArgumentException("report file " + path + " is there, but is no plain file");
    }
    try {
      long length = Files.size(path);
      long complete = CompleteRows.length(path, quoted);
      if (length > 0) {
        if (complete == 0) {
          throw notAReport(path, "it has no complete row");
        }
        check.accept(path);
      }
      if (complete < length) {
        cut(path, complete, length - complete);
      }
      return new ReportFile(path, Files.newOutputStream(path, StandardOpenOption.APPEND), complete);
    } catch (CharacterCodingException e) {
      throw notAReport(path, "it is not UTF-8");
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  /** Says that a file holds something else than reports. */
  static IllegalArgumentException notAReport(Path path, String reason) {
    return new IllegalArgumentException(
        "report file "
            + path
            + " cannot be appended to, since "
            + reason
            + ": choose another name, or move that file away");
  }

  private static void cut(Path path, long complete, long torn) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.truncate(complete);
    }
    log.warn(
        "The last row of the report file {} was torn, as by a full disk or a kill: cut off its {}"
            + " bytes",
        path,
        torn);
  }

  private static Path absolute(Path path) {
    return Objects.requireNonNull(path, "path must not be null").toAbsolutePath();
  }

  private static UncheckedIOException unusable(Path path, IOException e) {
    return new UncheckedIOException(
        "report file "
            + path
            + " cannot be created or written; check that its folder is one that this process may"
            + " write to: "
            + e,
        e);
  }
}
