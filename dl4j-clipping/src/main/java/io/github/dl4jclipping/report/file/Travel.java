package io.github.dl4jclipping.report.file;

/** What is said to whoever sends a file report to another JVM. */
final class Travel {

  private Travel() {}

  static String refusal(Object report) {
    return report
        + " belongs to the process that opened it and cannot be sent to another: on Spark, observe"
        + " with one that travels and brings its reports to the driver, such as DriverReports in"
        + " the samples";
  }
}
