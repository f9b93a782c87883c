package io.github.dl4jclipping.internal.memory;

import io.github.dl4jclipping.internal.log.LogName;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces a file as a whole: writes a new file beside it, forces it to the disk and moves it into
 * place.
 *
 * <p>The new file is locked while it is written. A file with such a name and without a lock is the
 * leftover of a killed process, and is removed.
 */
final class Replacement {

  private static final Logger log = LoggerFactory.getLogger(LogName.NAME);
  private static final String SUFFIX = ".dl4j-clipping.tmp";
  private static final int BUFFER = 1 << 16;

  /**
   * The files that this process is writing. It must not open them again, because it would lose its
   * lock.
   */
  private static final Set<Path> BEING_WRITTEN = ConcurrentHashMap.newKeySet();

  private Replacement() {}

  /** Writes the content of the new file. */
  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Replaces a file by new content; a failure or a kill leaves the old file. */
  static void of(Path file, Content content) throws IOException {
    removeLeftovers(file);
    Path whole = file.resolveSibling(prefix(file) + randomDigits() + SUFFIX);
    BEING_WRITTEN.add(whole);
    try (FileChannel channel = create(whole)) {
      lock(channel);
      OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
      content.writeTo(out);
      out.flush();
      keepAttributes(file, whole);
      channel.force(true);
      move(whole, file);
    } finally {
      Files.deleteIfExists(whole);
      BEING_WRITTEN.remove(whole);
    }
    forceFolder(file.resolveSibling("."));
  }

  private static String prefix(Path file) {
    return "." + file.getFileName() + "-";
  }

  private static String randomDigits() {
    return String.format(Locale.ROOT, "%016x", UUID.randomUUID().getMostSignificantBits());
  }

  /** Creates the new file; other users cannot read it until it is complete. */
  private static FileChannel create(Path whole) throws IOException {
    boolean posix = whole.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] attributes =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    return FileChannel.open(
        whole, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes);
  }

  /**
   * Locks the new file. On a file system without locks, no file is removed as a leftover either.
   */
  private static void lock(FileChannel channel) {
    try {
      FileLock lock = channel.lock();
      log.trace("Locked {}", lock);
    } catch (IOException e) {
      log.debug("This file system has no locks", e);
    }
  }

  private static void removeLeftovers(Path file) {
    Pattern name =
        Pattern.compile(Pattern.quote(prefix(file)) + "[0-9a-f]{16}" + Pattern.quote(SUFFIX));
    try (DirectoryStream<Path> siblings =
        Files.newDirectoryStream(
            file.resolveSibling("."),
            path -> name.matcher(path.getFileName().toString()).matches())) {
      for (Path sibling : siblings) {
        Path leftover = file.resolveSibling(sibling.getFileName());
        if (!BEING_WRITTEN.contains(leftover)
            && Files.isRegularFile(leftover, LinkOption.NOFOLLOW_LINKS)) {
          removeUnlessLocked(leftover);
        }
      }
    } catch (IOException | DirectoryIteratorException | OverlappingFileLockException e) {
      log.debug("Leftovers of earlier saves beside {} could not be removed", file, e);
    }
  }

  /**
   * Removes a leftover. An empty file stays, because another process may just have created it and
   * not locked it yet.
   */
  private static void removeUnlessLocked(Path leftover) throws IOException {
    try (FileChannel channel = FileChannel.open(leftover, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock != null && channel.size() > 0) {
        Files.delete(leftover);
        log.info("Removed {}, the leftover of a killed save", leftover);
      }
    }
  }

  private static void keepAttributes(Path from, Path to) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(to, PosixFileAttributeView.class);
    if (view == null) {
      return;
    }
    PosixFileAttributes wanted = Files.readAttributes(from, PosixFileAttributes.class);
    PosixFileAttributes mine = view.readAttributes();
    if (!wanted.group().equals(mine.group())) {
      attempt(to, () -> view.setGroup(wanted.group()));
    }
    if (!wanted.owner().equals(mine.owner())) {
      attempt(to, () -> view.setOwner(wanted.owner()));
    }
    view.setPermissions(wanted.permissions());
  }

  private interface Attempt {
    void run() throws IOException;
  }

  /** Tries to set owner or group, which only a privileged process may do. */
  private static void attempt(Path to, Attempt attempt) {
    try {
      attempt.run();
    } catch (IOException e) {
      log.debug("The owner or group of {} could not be kept", to, e);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Forces the directory to the disk, which completes the move. Not every system supports this. */
  private static void forceFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      log.debug("The directory {} could not be forced to the disk", folder, e);
    }
  }
}
