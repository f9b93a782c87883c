package io.github.dl4jclipping.report.html;

import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.ClipSummary;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What each thread that trains did. */
final class Workers {

  /** Where all go that come after the first {@value #MAX}. */
  static final String OTHERS = "others";

  private static final int MAX = 50;

  private final Map<String, ClipSummary> summaries = new LinkedHashMap<>();

  void add(ClipReport report) {
    boolean known = summaries.containsKey(report.worker()) || summaries.size() < MAX;
    String worker = known ? report.worker() : OTHERS;
    summaries.put(worker, summaries.getOrDefault(worker, ClipSummary.EMPTY).plus(report));
  }

  Map<String, ClipSummary> summaries() {
    return Collections.unmodifiableMap(summaries);
  }
}
