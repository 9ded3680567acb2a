package dlt.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// PyTorch models, as the golden trajectories describe them, in the words of the experiment file; parameters get PyTorch's
/// names.
final class TorchModel {
  private static final Pattern DENSE = Pattern.compile("\\w+ Linear\\+Sigmoid: ([\\d-]+)");
  private static final Pattern CALL = Pattern.compile("(\\w+)(?:\\((.*)\\))?");
  private static final Pattern RESNET = Pattern.compile("ResNet-18 topology .*widths ([\\d,]+\\d).*Linear\\(\\d+,(\\d+)\\).*");
  private static final Pattern UNET = Pattern.compile("U-Net widths ([\\d,]+\\d):.*");
  private static final Pattern INCEPTION = Pattern.compile("Conv2d\\(\\d+,(\\d+),3,padding=1\\)\\+BN\\+ReLU, then a block of four parallel branches \\((.*)\\) concatenated.*Linear\\(\\d+,(\\d+)\\).*");
  private static final Map<String, String> LOSSES =
      Map.of("BCELoss", "bce", "CrossEntropyLoss", "cross_entropy", "BCEWithLogitsLoss", "bce_with_logits", "MSELoss", "mse", "L1Loss", "l1", "NLLLoss", "nll");

  private TorchModel() {}

  static String loss(String torch) {
    String kind = LOSSES.get(torch);
    if (kind == null) {
      throw new AssertionError("no loss for " + torch);
    }
    return kind;
  }

  static String optimizer(JsonNode o) {
    StringBuilder b = new StringBuilder();
    o.properties().forEach(e -> {
      if (!e.getKey().equals("type")) {
        b.append(b.isEmpty() ? "" : ", ").append(e.getKey()).append(": ").append(e.getValue());
      }
    });
    return "{" + o.get("type").asText().toLowerCase(Locale.ROOT) + ": {" + b + "}}";
  }

  /// The layers of a case, one to a line.
  static String layers(JsonNode c) {
    String model = c.get("model").asText();
    Matcher dense = DENSE.matcher(model);
    Matcher resnet = RESNET.matcher(model);
    Matcher unet = UNET.matcher(model);
    Matcher inception = INCEPTION.matcher(model);
    if (dense.matches()) {
      List<String> lines = new ArrayList<>();
      String[] sizes = dense.group(1).split("-");
      for (int i = 1; i < sizes.length; i++) {
        lines.add("- linear: " + sizes[i]);
        lines.add("- sigmoid");
      }
      return String.join("\n", lines);
    }
    if (model.startsWith("Sequential(")) {
      List<String> lines = new ArrayList<>();
      for (String call : split(model.substring("Sequential(".length(), model.length() - 1))) {
        lines.add("- " + layer(call));
      }
      return String.join("\n", lines);
    }
    if (resnet.matches()) {
      return resnet(resnet.group(1).split(","), resnet.group(2));
    }
    if (unet.matches()) {
      return unet(unet.group(1).split(","));
    }
    if (inception.matches()) {
      return inception(inception.group(1), inception.group(2), inception.group(3));
    }
    throw new AssertionError("cannot express " + model);
  }

  private static List<String> split(String text) {
    List<String> r = new ArrayList<>();
    int depth = 0;
    int from = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || text.charAt(i) == ',' && depth == 0) {
        r.add(text.substring(from, i).strip());
        from = i + 1;
      } else if (text.charAt(i) == '(') {
        depth++;
      } else if (text.charAt(i) == ')') {
        depth--;
      }
    }
    return r;
  }

  private static String layer(String call) {
    Matcher m = CALL.matcher(call);
    if (!m.matches()) {
      throw new AssertionError("cannot express " + call);
    }
    List<String> arguments = m.group(2) == null || m.group(2).isBlank() ? List.of() : split(m.group(2));
    List<String> positional = arguments.stream().filter(a -> !a.contains("=")).toList();
    StringBuilder keywords = new StringBuilder();
    arguments.stream().filter(a -> a.contains("=")).forEach(a -> keywords.append(", ").append(a.replace("=", ": ").replace("True", "true").replace("False", "false")));
    return switch (m.group(1)) {
      case "Linear" -> "linear: {out_features: " + positional.get(1) + keywords + "}";
      case "Conv2d" -> "conv2d: {out_channels: " + positional.get(1) + ", kernel_size: " + positional.get(2) + keywords + "}";
      case "AvgPool2d", "MaxPool2d" -> (m.group(1).startsWith("Avg") ? "avg" : "max") + "_pool2d: {kernel_size: " + positional.getFirst() + keywords + "}";
      case "BatchNorm1d", "BatchNorm2d" -> "batch_norm";
      case "ReLU", "Tanh", "Sigmoid", "Flatten", "ELU", "GELU", "SiLU" -> m.group(1).toLowerCase(Locale.ROOT);
      case "Dropout" -> "dropout: " + positional.getFirst();
      default -> throw new AssertionError("cannot express " + call);
    };
  }

  private static String conv(int channels, int kernel, int stride, int padding, String as) {
    return "conv2d: {out_channels: " + channels + ", kernel_size: " + kernel + ", stride: " + stride + ", padding: " + padding + ", bias: false" + as + "}";
  }

  private static String resnet(String[] widths, String classes) {
    StringBuilder b = new StringBuilder();
    b.append("- ").append(conv(Integer.parseInt(widths[0]), 7, 2, 3, ", as: conv1")).append("\n- batch_norm: {as: bn1}\n- relu\n")
        .append("- max_pool2d: {kernel_size: 3, stride: 2, padding: 1}\n");
    int before = Integer.parseInt(widths[0]);
    for (int stage = 0; stage < widths.length; stage++) {
      int width = Integer.parseInt(widths[stage]);
      b.append("- sequential:\n    as: layer").append(stage + 1).append("\n    layers:\n");
      for (int block = 0; block < 2; block++) {
        int stride = stage > 0 && block == 0 ? 2 : 1;
        b.append("      - sequential:\n          as: '").append(block).append("'\n          layers:\n            - identity: {as: input}\n");
        for (String line : List.of(conv(width, 3, stride, 1, ", as: conv1"), "batch_norm: {as: bn1}", "relu", conv(width, 3, 1, 1, ", as: conv2"), "batch_norm: {as: bn2}")) {
          b.append("            - ").append(line).append('\n');
        }
        boolean project = stride != 1 || width != before;
        if (project) {
          b.append("            - sequential: {from: input, as: downsample, layers: [{").append(conv(width, 1, stride, 0, "")).append("}, batch_norm]}\n");
        }
        b.append("            - add: {from: [bn2, ").append(project ? "downsample" : "input").append("]}\n            - relu\n");
        before = width;
      }
    }
    return b.append("- adaptive_avg_pool2d: 1\n- flatten\n- linear: {out_features: ").append(classes).append(", as: fc}\n").toString();
  }

  private static String doubleConv(int width, String as) {
    return "- sequential: {as: " + as + ", layers: [{" + conv(width, 3, 1, 1, "") + "}, batch_norm, relu, {" + conv(width, 3, 1, 1, "") + "}, batch_norm, relu]}\n";
  }

  private static String unet(String[] widths) {
    StringBuilder b = new StringBuilder();
    int n = widths.length;
    for (int i = 0; i < n; i++) {
      b.append(doubleConv(Integer.parseInt(widths[i]), "d." + i)).append(i < n - 1 ? "- max_pool2d: 2\n" : "");
    }
    for (int i = 0; i < n - 1; i++) {
      int width = Integer.parseInt(widths[n - 2 - i]);
      b.append("- conv_transpose2d: {out_channels: ").append(width).append(", kernel_size: 2, stride: 2, as: t.").append(i).append("}\n- concat: {from: [t.")
          .append(i).append(", d.").append(n - 2 - i).append("], dim: 1}\n").append(doubleConv(width, "u." + i));
    }
    return b.append("- conv2d: {out_channels: 1, kernel_size: 1, as: o}\n").toString();
  }

  private static String inception(String stem, String branches, String classes) {
    StringBuilder b = new StringBuilder("- sequential: {as: stem, layers: [{conv2d: {out_channels: " + stem + ", kernel_size: 3, padding: 1}}, batch_norm, relu]}\n");
    String[] each = branches.split(";");
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      names.add("b" + (i + 1));
      List<String> parts = new ArrayList<>();
      for (String part : each[i].strip().split(",")) {
        Matcher m = Pattern.compile("(\\d)x\\1->(\\d+)").matcher(part.strip());
        if (m.matches()) {
          int kernel = Integer.parseInt(m.group(1));
          parts.add("{" + conv(Integer.parseInt(m.group(2)), kernel, 1, kernel / 2, "") + "}, batch_norm, relu");
        } else if (part.strip().equals("AvgPool3/1/1")) {
          parts.add("{avg_pool2d: {kernel_size: 3, stride: 1, padding: 1}}");
        }
      }
      boolean single = parts.size() == 1;
      List<String> items = parts.stream().map(p -> single || p.startsWith("{avg") ? p : "{sequential: {layers: [" + p + "]}}").toList();
      b.append("- sequential: {from: stem, as: b").append(i + 1).append(", layers: [").append(String.join(", ", items)).append("]}\n");
    }
    return b.append("- concat: {from: [").append(String.join(", ", names)).append("], dim: 1}\n- adaptive_avg_pool2d: 1\n- flatten\n- linear: {out_features: ")
        .append(classes).append(", as: fc}\n").toString();
  }
}
