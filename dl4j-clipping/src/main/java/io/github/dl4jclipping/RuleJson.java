package io.github.dl4jclipping;

import io.github.dl4jclipping.norm.NamePattern;
import io.github.dl4jclipping.norm.NormType;
import io.github.dl4jclipping.rule.AdaGcRule;
import io.github.dl4jclipping.rule.AgcRule;
import io.github.dl4jclipping.rule.AutoClipRule;
import io.github.dl4jclipping.rule.BlockRmsRule;
import io.github.dl4jclipping.rule.ClipRule;
import io.github.dl4jclipping.rule.GlobalNormRule;
import io.github.dl4jclipping.rule.GroupsRule;
import io.github.dl4jclipping.rule.LayerNormRule;
import io.github.dl4jclipping.rule.NoRule;
import io.github.dl4jclipping.rule.ParameterNormRule;
import io.github.dl4jclipping.rule.RenormalizeRule;
import io.github.dl4jclipping.rule.ScheduledNormRule;
import io.github.dl4jclipping.rule.SequenceRule;
import io.github.dl4jclipping.rule.ValueRule;
import io.github.dl4jclipping.rule.ZClipMode;
import io.github.dl4jclipping.rule.ZClipRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.JsonNodeFactory;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** The JSON form of rules: a name and the fields of each, never its class. */
final class RuleJson {

  /**
   * The form of one kind of rule.
   *
   * @param fields all of them, beside the type
   * @param write writes them
   * @param read reads them, once they are known to be there
   */
  private record Form<R extends ClipRule>(
      Class<R> rule,
      List<String> fields,
      BiConsumer<R, ObjectNode> write,
      Function<JsonNode, ? extends ClipRule> read) {

    void writeTo(ObjectNode tree, ClipRule some) {
      write.accept(rule.cast(some), tree);
    }
  }

  private static final String MAX_NORM = "maxNorm";
  private static final String NORM_TYPE = "normType";
  private static final Map<String, Form<?>> FORMS = forms();

  private RuleJson() {}

  private static Map<String, Form<?>> forms() {
    Map<String, Form<?>> forms = new LinkedHashMap<>();
    forms.put(
        "globalNorm",
        new Form<>(
            GlobalNormRule.class,
            List.of(MAX_NORM, NORM_TYPE),
            (rule, tree) -> putNorm(tree, rule.maxNorm(), rule.normType()),
            tree -> ClipRule.globalNorm(maxNorm(tree), normType(tree))));
    forms.put(
        "value",
        new Form<>(
            ValueRule.class,
            List.of("clipValue"),
            (rule, tree) -> tree.put("clipValue", rule.clipValue()),
            tree -> ClipRule.value(JsonFields.number(tree, "clipValue"))));
    forms.put(
        "none", new Form<>(NoRule.class, List.of(), (rule, tree) -> {}, tree -> ClipRule.none()));
    forms.put(
        "scheduledNorm",
        new Form<>(
            ScheduledNormRule.class,
            List.of("schedule", NORM_TYPE),
            RuleJson::putSchedule,
            tree ->
                new ScheduledNormRule(
                    new Dl4jSchedule(ScheduleJson.fromTree(tree.get("schedule"))),
                    normType(tree))));
    forms.put(
        "renormalize",
        new Form<>(
            RenormalizeRule.class,
            List.of("norm", NORM_TYPE),
            (rule, tree) -> putNormType(tree.put("norm", rule.norm()), rule.normType()),
            tree -> new RenormalizeRule(JsonFields.number(tree, "norm"), normType(tree))));
    forms.put(
        "layerNorm",
        new Form<>(
            LayerNormRule.class,
            List.of(MAX_NORM, NORM_TYPE),
            (rule, tree) -> putNorm(tree, rule.bound(), rule.normType()),
            tree -> new LayerNormRule(maxNorm(tree), normType(tree))));
    forms.put(
        "parameterNorm",
        new Form<>(
            ParameterNormRule.class,
            List.of(MAX_NORM, NORM_TYPE),
            (rule, tree) -> putNorm(tree, rule.bound(), rule.normType()),
            tree -> new ParameterNormRule(maxNorm(tree), normType(tree))));
    forms.put(
        "blockRms",
        new Form<>(
            BlockRmsRule.class,
            List.of("maxRms"),
            (rule, tree) -> tree.put("maxRms", rule.maxRms()),
            tree -> ClipRule.blockRms(JsonFields.number(tree, "maxRms"))));
    forms.put(
        "groups",
        new Form<>(
            GroupsRule.class,
            List.of("groups", NORM_TYPE),
            RuleJson::putGroups,
            tree -> new GroupsRule(groups(tree), normType(tree))));
    forms.put(
        "autoClip",
        new Form<>(
            AutoClipRule.class,
            List.of("percentile"),
            (rule, tree) -> tree.put("percentile", rule.percentile()),
            tree -> ClipRule.autoClip(JsonFields.number(tree, "percentile"))));
    forms.put(
        "zClip",
        new Form<>(
            ZClipRule.class,
            List.of("alpha", "zThreshold", "warmUp", "mode", MAX_NORM),
            (rule, tree) -> {
              tree.put("alpha", rule.alpha()).put("zThreshold", rule.zThreshold());
              tree.put("warmUp", rule.warmUp()).put("mode", rule.mode().name());
              tree.set(MAX_NORM, finiteOrNull(rule.maxNorm()));
            },
            tree ->
                new ZClipRule(
                    JsonFields.number(tree, "alpha"),
                    JsonFields.number(tree, "zThreshold"),
                    JsonFields.integer(tree, "warmUp"),
                    JsonFields.constant(tree, "mode", ZClipMode.class),
                    tree.get(MAX_NORM).isNull() ? Double.POSITIVE_INFINITY : maxNorm(tree))));
    forms.put(
        "adaGc",
        new Form<>(
            AdaGcRule.class,
            List.of("lambdaAbs", "lambdaRel", "beta", "warmUp"),
            (rule, tree) -> {
              tree.put("lambdaAbs", rule.lambdaAbs()).put("lambdaRel", rule.lambdaRel());
              tree.put("beta", rule.beta()).put("warmUp", rule.warmUp());
            },
            tree ->
                new AdaGcRule(
                    JsonFields.number(tree, "lambdaAbs"),
                    JsonFields.number(tree, "lambdaRel"),
                    JsonFields.number(tree, "beta"),
                    JsonFields.integer(tree, "warmUp"))));
    forms.put(
        "agc",
        new Form<>(
            AgcRule.class,
            List.of("clipping", "eps"),
            (rule, tree) -> tree.put("clipping", rule.clipping()).put("eps", rule.eps()),
            tree ->
                new AgcRule(JsonFields.number(tree, "clipping"), JsonFields.number(tree, "eps"))));
    forms.put(
        "inOrder",
        new Form<>(
            SequenceRule.class,
            List.of("rules"),
            (rule, tree) -> {
              ArrayNode rules = tree.putArray("rules");
              rule.stages().forEach(stage -> rules.add(toTree(stage)));
            },
            tree -> {
              List<ClipRule> rules = new ArrayList<>();
              for (JsonNode stage : JsonFields.array(tree, "rules")) {
                if (stage.path("type").asText("").equals("inOrder")) {
                  throw new IllegalArgumentException("inOrder must not be inside inOrder");
                }
                rules.add(fromTree(stage));
              }
              return new SequenceRule(rules);
            }));
    return forms;
  }

  /**
   * Writes a rule.
   *
   * @throws IllegalStateException if it, or its schedule, is one of the user's own
   */
  static ObjectNode toTree(ClipRule rule) {
    for (Map.Entry<String, Form<?>> form : FORMS.entrySet()) {
      if (form.getValue().rule().equals(rule.getClass())) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("type", form.getKey());
        form.getValue().writeTo(tree, rule);
        return tree;
      }
    }
    throw new IllegalStateException(
        "the rule "
            + rule
            + " of "
            + rule.getClass().getName()
            + " has no JSON form: only this library's own rules can be written into a"
            + " configuration. Give the settings to the listener instead.");
  }

  /**
   * Reads a rule.
   *
   * @throws IllegalArgumentException if its type or a field is unknown, or out of bounds
   */
  static ClipRule fromTree(JsonNode tree) {
    String type = tree.path("type").asText("");
    Form<?> form = FORMS.get(type);
    if (form == null) {
      throw new IllegalArgumentException(
          "rule type must be one of "
              + FORMS.keySet()
              + ", but rule was "
              + JsonFields.describe(tree));
    }
    List<String> fields = new ArrayList<>(List.of("type"));
    fields.addAll(form.fields());
    JsonFields.require(tree, "rule " + type, fields.toArray(String[]::new));
    return form.read().apply(tree);
  }

  private static void putNorm(ObjectNode tree, double maxNorm, NormType type) {
    putNormType(tree.put(MAX_NORM, maxNorm), type);
  }

  private static double maxNorm(JsonNode tree) {
    return JsonFields.number(tree, MAX_NORM);
  }

  private static JsonNode finiteOrNull(double value) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return Double.isFinite(value) ? nodes.numberNode(value) : nodes.nullNode();
  }

  private static void putNormType(ObjectNode tree, NormType type) {
    if (List.of(NormType.L1, NormType.L2, NormType.INF).contains(type)) {
      tree.put(NORM_TYPE, type.toString());
    } else {
      tree.put(NORM_TYPE, type.order());
    }
  }

  private static NormType normType(JsonNode tree) {
    JsonNode node = tree.get(NORM_TYPE);
    if (node.isNumber()) {
      return NormType.p(node.doubleValue());
    }
    return switch (node.asText()) {
      case "L1" -> NormType.L1;
      case "L2" -> NormType.L2;
      case "INF" -> NormType.INF;
      default ->
          throw new IllegalArgumentException(
              "normType must be L1, L2, INF or a number > 0, but was " + JsonFields.describe(node));
    };
  }

  private static void putSchedule(ScheduledNormRule rule, ObjectNode tree) {
    if (!(rule.schedule() instanceof Dl4jSchedule dl4j)) {
      throw new IllegalStateException(
          "the schedule "
              + rule.schedule()
              + " of "
              + rule.schedule().getClass().getName()
              + " has no JSON form: only DL4J's own schedules can be written into a configuration."
              + " Give the settings to the listener instead.");
    }
    tree.set("schedule", ScheduleJson.toTree(dl4j.schedule()));
    putNormType(tree, rule.normType());
  }

  private static void putGroups(GroupsRule rule, ObjectNode tree) {
    ArrayNode groups = tree.putArray("groups");
    for (GroupsRule.Group group : rule.groups()) {
      ObjectNode one = groups.addObject().put("name", group.name()).put(MAX_NORM, group.maxNorm());
      ArrayNode patterns = one.putArray("patterns");
      group.patterns().forEach(pattern -> patterns.add(pattern.glob()));
    }
    putNormType(tree, rule.normType());
  }

  private static List<GroupsRule.Group> groups(JsonNode tree) {
    List<GroupsRule.Group> groups = new ArrayList<>();
    for (JsonNode group : JsonFields.array(tree, "groups")) {
      JsonFields.require(group, "group", "name", MAX_NORM, "patterns");
      groups.add(
          new GroupsRule.Group(
              JsonFields.text(group, "name"), maxNorm(group), patterns(group, "patterns")));
    }
    return groups;
  }

  /** Reads an array of patterns of parameter names. */
  static List<NamePattern> patterns(JsonNode tree, String field) {
    List<NamePattern> patterns = new ArrayList<>();
    for (JsonNode pattern : JsonFields.array(tree, field)) {
      if (!pattern.isTextual()) {
        throw new IllegalArgumentException(
            field + " must be texts, but one was " + JsonFields.describe(pattern));
      }
      patterns.add(new NamePattern(pattern.textValue()));
    }
    return patterns;
  }
}
