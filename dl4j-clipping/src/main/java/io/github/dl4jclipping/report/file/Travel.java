package io.github.dl4jclipping.report.file;

/** Writes the message for an attempt to serialise an observer that writes files. */
final class Travel {

  private Travel() {}

  static String refusal(Object report) {
    return report
        + " belongs to the process that opened it and cannot be sent to another. On Spark, use an"
        + " observer that is serialisable and sends its reports to the driver, such as"
        + " DriverReports in the samples.";
  }
}
