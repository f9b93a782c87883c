package io.github.dl4jclipping.report.html;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Replaces a page in one go: who opens it sees the old one or the new one, never a part. */
final class PageFile {

  /** Within this many bytes a page says what it is. */
  static final int HEAD = 1024;

  private static final int MOST_LINKS = 40;

  private final Path path;

  /** The file that a link leads to: it is replaced, not the link. */
  private final Path target;

  private PageFile(Path path, Path target) {
    this.path = path;
    this.target = target;
  }

  /**
   * Makes sure that a page may be written there, or where a link leads, and creates its folder.
   *
   * @throws IllegalArgumentException if there is something that is no page of ours
   * @throws UncheckedIOException if the folder cannot be made or read
   */
  static PageFile at(Path path, Page kind) {
    Path absolute = path.toAbsolutePath().normalize();
    if (Files.isDirectory(absolute)) {
      throw new IllegalArgumentException(
          absolute
              + " is a folder: name a file in it, such as "
              + absolute.resolve("clipping.html"));
    }
    if (Files.exists(absolute) && !isOurs(absolute, kind)) {
      throw new IllegalArgumentException(
          absolute
              + " exists and is no page of "
              + kind.writer()
              + ", so it is left alone: remove it, or choose another name");
    }
    try {
      Path target = followed(absolute);
      Path folder = target.getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      return new PageFile(absolute, target);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the folder of " + absolute + ": " + e, e);
    }
  }

  /** Unlike {@link Path#toRealPath}, goes to a file that is not there yet, too. */
  private static Path followed(Path path) throws IOException {
    Path target = path;
    for (int links = 0; Files.isSymbolicLink(target); links++) {
      if (links == MOST_LINKS) {
        throw new FileSystemLoopException(path.toString());
      }
      target = target.resolveSibling(Files.readSymbolicLink(target));
    }
    return target;
  }

  /** An empty file is nobody's work. */
  private static boolean isOurs(Path file, Page kind) {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      String head = new String(in.readNBytes(HEAD), ISO_8859_1);
      return head.isEmpty() || kind.isAt(head);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read what is at " + file + ": " + e, e);
    }
  }

  Path path() {
    return path;
  }

  void replace(String page) throws IOException {
    // Files.createTempFile would make a page that nobody else may read.
    Path written = target.resolveSibling(".dl4j-clipping-" + UUID.randomUUID() + ".tmp");
    try {
      Files.writeString(written, page, UTF_8, StandardOpenOption.CREATE_NEW);
      move(written);
    } finally {
      Files.deleteIfExists(written);
    }
  }

  private void move(Path written) throws IOException {
    try {
      Files.move(written, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(written, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
