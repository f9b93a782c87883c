package io.github.dl4jclipping.report.html;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** Chromium without a window and without a network. */
final class Browser implements AutoCloseable {

  /** What a page is looked at on. */
  enum Screen {
    PHONE(390, 844),
    DESKTOP(1440, 900);

    final int width;
    final int height;

    Screen(int width, int height) {
      this.width = width;
      this.height = height;
    }
  }

  private static final int MOST_TRIES = 5;
  private static final long PATIENCE_NANOS = 30_000_000_000L;
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");

  /** Selenium knows no protocol of this version of Chromium, and needs none here. */
  private static final Logger FINDER =
      Logger.getLogger("org.openqa.selenium.devtools.CdpVersionFinder");

  private final ChromeDriver driver;

  Browser() {
    FINDER.setLevel(Level.OFF);
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(onPath("chromium").orElseThrow().toFile());
    // The sandbox does not run as root, where continuous integration often does.
    options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage");
    options.setCapability("goog:loggingPrefs", logs);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(onPath("chromedriver").orElseThrow().toFile())
            .build();
    driver = new ChromeDriver(service, options);
    cdp("Network.enable", Map.of());
    cdp(
        "Network.emulateNetworkConditions",
        Map.of("offline", true, "latency", 0, "downloadThroughput", 0, "uploadThroughput", 0));
  }

  static boolean isInstalled() {
    return onPath("chromium").isPresent() && onPath("chromedriver").isPresent();
  }

  private static Optional<Path> onPath(String program) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.of(path.split(File.pathSeparator))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Opens a page and waits until its scripts have run and it is painted. */
  void open(Path page, Screen screen, boolean dark) {
    cdp(
        "Emulation.setDeviceMetricsOverride",
        Map.of(
            "width",
            screen.width,
            "height",
            screen.height,
            "deviceScaleFactor",
            1,
            "mobile",
            screen == Screen.PHONE));
    cdp(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    driver.get(page.toUri().toString());
    run(
        "return new Promise(done =>"
            + " requestAnimationFrame(() => requestAnimationFrame(() => done(true))))");
  }

  /** Waits until a script returns true, across loads of the page; fails after half a minute. */
  void waitUntil(String script) {
    long start = System.nanoTime();
    while (!isTrue(script)) {
      if (System.nanoTime() - start > PATIENCE_NANOS) {
        throw new AssertionError("never true: " + script);
      }
    }
  }

  private boolean isTrue(String script) {
    try {
      return Boolean.TRUE.equals(run("await new Promise(done => setTimeout(done, 50)); " + script));
    } catch (WebDriverException e) {
      return false; // the page was loaded anew meanwhile
    }
  }

  Object run(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  String text(String selector) {
    return (String) run("return document.querySelector(arguments[0]).textContent", selector);
  }

  /** Returns what the page wrote to the console, or the browser on its behalf. */
  List<String> console() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(LogEntry::toString)
        .toList();
  }

  /** Keeps a picture of the whole page among the build's results. */
  Path screenshot(String name) throws IOException {
    Files.createDirectories(SCREENSHOTS);
    return Files.write(
        SCREENSHOTS.resolve(name + ".png"), Base64.getDecoder().decode(picture(MOST_TRIES)));
  }

  /** On a busy machine the browser may still be changing pages, and says so. */
  private String picture(int tries) {
    try {
      return (String)
          driver
              .executeCdpCommand("Page.captureScreenshot", Map.of("captureBeyondViewport", true))
              .get("data");
    } catch (WebDriverException e) {
      if (tries == 1) {
        throw e;
      }
      return picture(tries - 1);
    }
  }

  private void cdp(String command, Map<String, Object> arguments) {
    driver.executeCdpCommand(command, arguments);
  }

  @Override
  public void close() {
    driver.quit();
  }
}
