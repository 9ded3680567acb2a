package dlt.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Layers beside the numbers of PyTorch 2.13 in float64. Parameter number k of the sorted names is sin(10 k + i) at element i,
/// inputs are cos(i), memories sin(i). Recurrent layers have torch.nn.X(3, 2, num_layers=2, bidirectional=True,
/// batch_first=True), applied to pack_padded_sequence(x, [3, 2], batch_first=True, enforce_sorted=False); decoders are
/// torch.nn.TransformerDecoderLayer(4, 2, 3, dropout=0, activation=torch.tanh, batch_first=True).
class TorchValuesTest {
  private static final Shape SEQUENCES = Shape.of(2, 4, 3);
  private static final String RECURRENT = ": {hidden_size: 2, num_layers: 2, bidirectional: true, from: [a, b]";

  static double[] numbers(int size, DoubleUnaryOperator f) {
    return IntStream.range(0, size).mapToDouble(i -> f.applyAsDouble(i)).toArray();
  }

  static BuiltModel model(String yaml, Shape... inputs) {
    return filled(BuiltModel.inference("- " + yaml, inputs));
  }

  static BuiltModel filled(BuiltModel m) {
    List<String> names = m.parameterNames().stream().sorted().toList();
    for (int k = 0; k < names.size(); k++) {
      int offset = 10 * k;
      Shape shape = m.variables.get(names.get(k)).type().shape();
      m.variables.get(names.get(k)).write(HostTensor.ofDoubles(shape, numbers((int) shape.size(), i -> Math.sin(offset + i))));
    }
    return m;
  }

  static void close(double[] found, double... expected) {
    assertThat(found).usingComparatorWithPrecision(1e-6).containsExactly(expected); // weights are set as float32
  }

  /// PyTorch's padded outputs, which are 0 behind the last step.
  private static final Map<String, double[]> STEPS = Map.of(
      "lstm", new double[] {
        0.12009872019091085, 0.1661442957135521, -0.19388392429751947, -0.5318212370121521, 0.22890394827905033,
        0.1636285627103023, -0.229771463656269, -0.3978400231894831, 0.22243994209614912, 0.2411713428334585,
        -0.1876845538867382, -0.2241669305259697, 0.0, 0.0, 0.0, 0.0, 0.04478150274799516, 0.1618826750042011,
        -0.16386438614941654, -0.3325651657773932, 0.23034352695841587, 0.037134628580224364, -0.14580521224100185,
        -0.05739707356304454, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0},
      "gru", new double[] {
        -0.3980660411139668, 0.480377081365121, -0.0017255045035921845, -0.7662209458024583, -0.4530820298055884,
        0.6457412600214109, -0.0964925647448025, -0.618673907587119, -0.13557254157769935, 0.7612997154249146,
        -0.10603645350093793, -0.38402121991116567, 0.0, 0.0, 0.0, 0.0, -0.40532161185585425, 0.5401587333122666,
        0.020134227869718635, -0.6671542110198019, 0.17165335278208815, 0.4724481279997008, -0.2017247337016171,
        -0.20721870451105817, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0},
      "rnn", new double[] {
        0.8062390319029733, -0.7649481713738645, -0.8983592454055183, 0.9594157045512427, 0.3721126349624125,
        0.33821042563811854, -0.7401885933429281, 0.5356838370719308, 0.8791022931374738, -0.3767676773145165,
        -0.8070767399473858, 0.7939818417842028, 0.0, 0.0, 0.0, 0.0, 0.7527435720438712, -0.8551664943368869,
        -0.5955931320056859, 0.9073121976983687, -0.0665570537734886, 0.7459263747770728, 0.3644692065137169,
        -0.5835495545623682, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0});

  private static final Map<String, double[]> LAST = Map.of(
      "lstm", new double[] {
        0.22243994209614912, 0.2411713428334585, -0.19388392429751947, -0.5318212370121521, 0.23034352695841587,
        0.037134628580224364, -0.16386438614941654, -0.3325651657773932},
      "gru", new double[] {
        -0.13557254157769935, 0.7612997154249146, -0.0017255045035921845, -0.7662209458024583, 0.17165335278208815,
        0.4724481279997008, 0.020134227869718635, -0.6671542110198019},
      "rnn", new double[] {
        0.8791022931374738, -0.3767676773145165, -0.8983592454055183, 0.9594157045512427, -0.0665570537734886,
        0.7459263747770728, -0.5955931320056859, 0.9073121976983687});

  @ParameterizedTest
  @ValueSource(strings = {"lstm", "gru", "rnn"})
  void aRecurrentLayerPassesOverPaddingAsPackedSequencesDo(String kind) {
    double[] x = numbers(24, Math::cos);
    double[] right = {1, 1, 1, 0, 1, 1, 0, 0};
    double[] steps = model(kind + RECURRENT + "}", SEQUENCES, Shape.of(2, 4)).run(x, right);
    for (int step = 0; step < 8; step++) {
      int repeated = step == 3 ? 2 : step > 5 ? 5 : step; // padding repeats the forward state, PyTorch's zeros are those of its packing
      close(Arrays.copyOfRange(steps, 4 * step, 4 * step + 2), Arrays.copyOfRange(STEPS.get(kind), 4 * repeated, 4 * repeated + 2));
      close(Arrays.copyOfRange(steps, 4 * step + 2, 4 * step + 4), Arrays.copyOfRange(STEPS.get(kind), 4 * step + 2, 4 * step + 4));
    }
    BuiltModel last = model(kind + RECURRENT + ", output: last}", SEQUENCES, Shape.of(2, 4));
    close(last.run(x, right), LAST.get(kind));
    // the same steps behind padding on the left, whatever stands there
    double[] moved = numbers(24, i -> 99);
    System.arraycopy(x, 0, moved, 3, 9);
    System.arraycopy(x, 12, moved, 18, 6);
    close(last.run(moved, new double[] {0, 1, 1, 1, 0, 0, 1, 1}), LAST.get(kind));
  }

  @ParameterizedTest
  @ValueSource(strings = {"lstm", "gru", "rnn"})
  void withoutPaddingTheLastStateIsThatOfTheLastStep(String kind) {
    double[] x = numbers(24, Math::cos);
    String arguments = ": {hidden_size: 3, num_layers: 2";
    double[] expected = model("sequential: [{" + kind + arguments + "}}, {select: -1}]", SEQUENCES).run(x);
    close(model("sequential: [{" + kind + arguments + ", output: last}}]", SEQUENCES).run(x), expected);
  }

  @Test
  void aTextOfPaddingAloneLeavesTheFirstState() {
    double[] y = model("lstm: {hidden_size: 2, output: last, from: [a, b]}", SEQUENCES, Shape.of(2, 4)).run(numbers(24, Math::cos), new double[8]);
    close(y, 0, 0, 0, 0);
    assertThatThrownBy(() -> model("lstm: {hidden_size: 2, from: [a, b]}", SEQUENCES, Shape.of(2, 3)))
        .hasMessageContaining("sequences [2, 4, 3] met indices [2, 3]");
    assertThatThrownBy(() -> model("lstm: {hidden_size: 2, from: [a, b, b]}", SEQUENCES, Shape.of(2, 4)))
        .hasMessageContaining("takes one output and maybe its indices, met 3");
  }

  /// Their states after four steps from the first state sin(i) (an LSTM's cells behind): h_n of each sample, c_n behind it.
  private static final Map<String, double[]> AFTER = Map.of(
      "lstm", new double[] {
        -0.2001186372737845, 0.18311231964625246, 0.026905427009005656, -0.0017449703247950303, -0.01736881371820643,
        0.137639487867307, -0.08589181323022968, -0.4015185324070823, -0.35206893386893456, 0.2657140533111422,
        0.11297396182150542, -0.003846452648898796, -0.02296839590044447, 0.26644367878370023, -0.2553610151427093,
        -0.6771099526019069, -0.13674587669370294, 0.402986834393408, 0.010347214568566231, 0.30858856503305343,
        0.3221605804653283, -0.03056876625644658, -0.3344861749133301, -0.47528677840624917, -0.3344013522979094,
        0.5259468803421117, 0.06357625601936297, 0.5557228658483834, 0.46743429198654607, -0.04868309675463582,
        -0.5483162501413908, -1.8911320805320448},
      "gru", new double[] {
        -0.6371156217853452, 0.18877723161826865, -0.7532805211100821, -0.5676706547870897, 0.5221401706938251,
        -0.043773396783039986, -0.09868203246638704, -0.7488374310600958, -0.7700561639838721, -0.1947321957780913,
        -0.893688627914444, -0.62462445286918, -0.5729002925383859, 0.7925648814442651, 0.6071295603739614,
        -0.6228984879411184},
      "rnn", new double[] {
        -0.9409666113196202, 0.986005348395937, -0.982391488971126, 0.9595526630154991, -0.14235645162375615,
        0.9362673732215449, -0.7325823387425838, 0.8641885417397102, -0.9357091966594177, 0.9832440411456858,
        -0.9873084252780248, 0.9767961691155783, -0.20120045799955857, 0.7524233243613783, -0.7668245475910799,
        0.960782227528391});

  /// The same of packed sequences.
  private static final Map<String, double[]> AFTER_PADDED = Map.of(
      "lstm", new double[] {
        -0.025991785305962734, -0.10577680579074354, 0.012203411794915476, -0.09174553300946378, -0.4386148766392089,
        0.14361744429661302, 0.015984966511922463, -0.30515067764001397, -0.039638796562305095, -0.14798527538558273,
        0.057689841113747045, -0.19305705746915977, -0.665009454425089, 0.3701809061633263, 0.047342589614168595,
        -0.5057219654957028, -0.35563358982571713, -0.00791217216336947, 0.026333030957647042, 0.2833710081300496,
        0.2240249105445314, 0.11230573226413422, -0.3335896948581683, -0.45369270987774785, -0.6398468157606674,
        -0.00971846396110293, 0.16913130310077085, 0.4973687990356082, 0.3578037462187871, 0.18854988948572263,
        -0.5776261022619317, -1.4066987220499163},
      "gru", new double[] {
        -0.15039666583486538, 0.014627540503059908, -0.7373498629687774, -0.44065628469457163, -0.5632038482624055,
        0.5366282664426714, -0.16350058227344866, -0.6785178266617438, -0.24874552152565543, 0.5840382000317914,
        -0.8488056041493992, -0.7418531511115707, -0.8368904155451637, 0.5624913799903116, 0.9143647976921798,
        -0.028249271842298418},
      "rnn", new double[] {
        0.9788710541360878, 0.2441080587290068, -0.9834091757550387, 0.9558094364810923, 0.961565835388796,
        -0.6876543445020491, -0.8610639991035076, 0.8590441762339693, -0.9125351323604459, 0.9838294034856568,
        -0.9803218943778161, 0.9210099924167295, -0.33221259555477717, 0.7403168659264218, -0.1763036495571427,
        0.9207863460656655});

  @ParameterizedTest
  @ValueSource(strings = {"lstm", "gru", "rnn"})
  void aRecurrentLayerBeginsWithTheStateThatItIsGiven(String kind) {
    double[] x = numbers(24, Math::cos);
    Shape state = Shape.of(2, kind.equals("lstm") ? 16 : 8);
    double[] first = numbers((int) state.size(), Math::sin);
    String given = kind + ": {hidden_size: 2, num_layers: 2, bidirectional: true, initial_state: true";
    close(model(given + ", output: state, from: [a, b]}", SEQUENCES, state).run(x, first), AFTER.get(kind));
    double[] right = {1, 1, 1, 0, 1, 1, 0, 0};
    close(model(given + ", output: state, from: [a, b, c]}", SEQUENCES, Shape.of(2, 4), state).run(x, right, first), AFTER_PADDED.get(kind));
    double[] last = model(given + ", output: last, from: [a, b]}", SEQUENCES, state).run(x, first);
    int each = (int) state.size() / 2;
    close(last, IntStream.range(0, 8).mapToDouble(i -> AFTER.get(kind)[i / 4 * each + 4 + i % 4]).toArray()); // of the last layer
  }

  @Test
  void anLstmWithoutFirstCellsBeginsWithZeros() {
    double[] steps = model("lstm: {hidden_size: 2, num_layers: 2, bidirectional: true, initial_state: true, from: [a, b]}", SEQUENCES, Shape.of(2, 8))
        .run(numbers(24, Math::cos), IntStream.range(0, 16).mapToDouble(i -> Math.sin(i / 8 * 16 + i % 8)).toArray());
    close(Arrays.copyOf(steps, 4), -0.41433197221054124, 0.03552747632619072, -0.15895186691739588, -0.5555568031301005);
    close(Arrays.copyOfRange(steps, 16, 20), 0.14272154619563987, -0.17703332002369623, -0.2801821819216602, -0.49612643098266923);
  }

  /// What an encoder's `output: state` gives is what a decoder begins with.
  @ParameterizedTest
  @ValueSource(strings = {"lstm", "gru", "rnn"})
  void twoHalvesOfASequenceGiveWhatTheWholeGives(String kind) {
    double[] x = numbers(24, Math::cos);
    String arguments = ": {hidden_size: 3, num_layers: 2";
    BuiltModel whole = model(kind + arguments + "}", SEQUENCES);
    BuiltModel halves = BuiltModel.inference("- narrow: {start: 0, length: 2, as: early}\n- narrow: {start: 2, length: 2, from: a, as: late}\n- " + kind + arguments
        + ", output: state, from: early, as: first}\n- " + kind + arguments + ", initial_state: true, from: [late, first]}", SEQUENCES);
    whole.parameterNames().forEach(name -> List.of("first", "3").forEach(layer ->
        halves.variables.get(name.replaceFirst("^0", layer)).write(whole.variables.get(name).read())));
    double[] late = halves.run(x);
    double[] all = whole.run(x);
    for (int sample = 0; sample < 2; sample++) {
      close(Arrays.copyOfRange(late, 6 * sample, 6 * sample + 6), Arrays.copyOfRange(all, 12 * sample + 6, 12 * sample + 12));
    }
  }

  @Test
  void aFirstStateOfAnotherSizeIsAnError() {
    assertThatThrownBy(() -> model("gru: {hidden_size: 2, initial_state: true, from: [a, b]}", SEQUENCES, Shape.of(2, 3)))
        .hasMessageContaining("of [2, 2] hidden states met a first state float32[2, 3]");
    assertThatThrownBy(() -> model("lstm: {hidden_size: 2, num_layers: 2, initial_state: true, from: [a, b]}", SEQUENCES, Shape.of(2, 2)))
        .hasMessageContaining("of [2, 4] hidden states (and their cells) met a first state float32[2, 2]");
    assertThatThrownBy(() -> model("gru: {hidden_size: 2, initial_state: true, from: a}", SEQUENCES))
        .hasMessageContaining("takes one output, maybe its indices, and its first state, met 1 names");
  }

  /// memory_key_padding_mask=[[0, 0, 0, 1], [1, 1, 0, 0]]; the second one norm_first and with a causal tgt_mask.
  @Test
  void aDecoderLayerAttendsToItsMemory() {
    Shape x = Shape.of(2, 3, 4);
    Shape memory = Shape.of(2, 4, 4);
    String arguments = "transformer_decoder_layer: {nhead: 2, dim_feedforward: 3, dropout: 0, activation: tanh, from: [a, b, c]";
    double[][] inputs = {numbers(24, Math::cos), numbers(32, Math::sin), {1, 1, 1, 0, 0, 0, 1, 1}};
    close(model(arguments + "}", x, memory, Shape.of(2, 4)).run(inputs),
        -0.019579258111900193, 1.4657400600072306, 0.5645255596294215, -1.5980480536085517, 0.13161267670709928,
        1.6190925018680598, 0.5727329056822319, -1.4269559204151974, 0.05945542313519562, 1.5533712551748204, 0.5692443194669414,
        -1.5076288932616935, -0.019642163882688548, 1.4630988131980174, 0.5644730332730474, -1.6000749046812774,
        -0.25978809162365474, 1.1863346565320354, 0.5448272634455066, -1.7991635685641252, -0.012751961858346818,
        1.4717826415488708, 0.5649361041083497, -1.5919204051470492);
    close(model(arguments + ", norm_first: true, is_causal: true}", x, memory, Shape.of(2, 4)).run(inputs),
        -2.2742656650002098, 3.10734188199243, -2.4677591821373177, -4.979174094906433, -3.3618195396805817, 2.627903908310148,
        -1.301314569211879, -2.801757645825489, -2.3430438775283977, 1.4395710257113576, -3.6177618051967113,
        -2.8477984284028404, -2.0083142838716412, 2.7638487275890005, -1.3921038023609398, -4.744414586037617,
        -2.8759875249613387, 1.0321282563939869, -0.9858215420208507, -2.37865161249972, -1.5738443142623233, 1.5433104617132436,
        -3.691671455640621, -3.2002891417150585);
  }

  @Test
  void aDecoderLayerSaysWhatItNeeds() {
    assertThat(BuiltModel.inference("- transformer_decoder_layer: {nhead: 2, from: [a, b]}", Shape.of(2, 3, 4), Shape.of(2, 5, 4)).parameterNames())
        .contains("0.self_attn.in_proj_weight", "0.multihead_attn.out_proj.bias", "0.norm3.weight", "0.linear2.bias");
    assertThatThrownBy(() -> BuiltModel.inference("- transformer_decoder_layer: 2", Shape.of(2, 3, 4))).hasMessageContaining("name them, `from: [x, memory]`");
    assertThatThrownBy(() -> BuiltModel.inference("- transformer_decoder_layer: {nhead: 2, from: [a, b]}", Shape.of(2, 3, 4), Shape.of(2, 5, 6)))
        .hasMessageContaining("sequences [2, 3, 4] met a memory [2, 5, 6], expected [N, S, 4]");
  }

  /// torch.nn.Upsample(mode='bicubic').
  @Test
  void bicubicTakesFourPixelsAlongEachDimension() {
    Shape x = Shape.of(1, 1, 3, 4);
    double[] in = numbers(12, Math::cos);
    close(model("upsample: {scale_factor: 2, mode: bicubic}", x).run(in),
        1.2384312548993393, 1.076555683861409, 0.8239417965204154, 0.2691680339077912, -0.26231941483165017, -0.8191405069576624,
        -1.0748036084675314, -1.238530488107993, 0.6162696261078425, 0.6084761422729422, 0.6026532656499827, 0.4058575656251408,
        0.13969260546171286, -0.22019012771277371, -0.46890858562243803, -0.6241743866671232, -0.4170008384514069,
        -0.16425985476496766, 0.2474247998384664, 0.6502040919041007, 0.8245726188124459, 0.7864814445930242, 0.5415505111123319,
        0.3956320306048375, -0.7866292193454726, -0.5796214369879646, -0.24749937703522615, 0.21839544744156897,
        0.5535730849884049, 0.7886952613912869, 0.7771133774041542, 0.7754437652267406, -0.283884195598882, -0.4030514756112976,
        -0.6026326709718335, -0.6457234861836127, -0.5202709651450694, -0.21479883268641614, 0.10475627699411783,
        0.3007788964709231, 0.007786174981450129, -0.30635405459868703, -0.8238645806002317, -1.1685007470674613,
        -1.1645884509752222, -0.8117697992646228, -0.2905178301076989, 0.026019169515519684);
    close(model("upsample: {size: [5, 2], mode: bicubic}", x).run(in),
        0.9662084948088132, -0.9572035588264284, 0.45046372022735764, -0.032182955724271906, -0.2484133521864872,
        0.9204589049831297, -0.5036402970053584, 0.2292208894786771, -0.5625897550260656, -0.5383459355187797);
    close(model("upsample: {size: [5, 7], mode: bicubic, align_corners: true}", x).run(in),
        1.0, 0.8598182600355025, 0.5403023058681398, 0.07277910646563393, -0.4161468365471424, -0.7927367736752265,
        -0.9899924966004454, 0.12553972828178792, 0.3325765759739698, 0.523994037604549, 0.5654917147436213, 0.440690645276001,
        0.1886447826220665, -0.047781693970265424, -0.6536436208636119, -0.2484133521864872, 0.28366218546322625,
        0.7291262834287242, 0.960170286650366, 0.9204589049831297, 0.7539022543433046, -0.5546009167920763, -0.4956387167627633,
        -0.33779404949868597, -0.08688260764534461, 0.1895791090867231, 0.4155578426940709, 0.5426541090666542,
        -0.14550003380861354, -0.5350706540474163, -0.9111302618846769, -1.0259565943999929, -0.8390715290764524,
        -0.4105674093434298, 0.004425697988050785);
  }

  /// torch.nn.Upsample of signals: with mode='nearest' and 'linear'.
  @Test
  void signalsGrowByRepetitionOrAlongLines() {
    Shape x = Shape.of(1, 2, 3);
    double[] in = BuiltModel.range(6);
    close(model("upsample: 2", x).run(in), 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5);
    close(model("upsample: {scale_factor: 2, mode: linear}", x).run(in), 0, 0.25, 0.75, 1.25, 1.75, 2, 3, 3.25, 3.75, 4.25, 4.75, 5);
    close(model("upsample: {size: 5, mode: linear, align_corners: true}", x).run(in), 0, 0.5, 1, 1.5, 2, 3, 3.5, 4, 4.5, 5);
    assertThatThrownBy(() -> model("upsample: {scale_factor: 2, mode: bilinear}", x))
        .hasMessageContaining("mode bilinear met [1, 2, 3]: linear is for signals [N, C, L], bilinear and bicubic are for images [N, C, H, W]");
    assertThatThrownBy(() -> model("upsample: {size: [2, 3]}", x)).hasMessageContaining("rows and columns met signals [1, 2, 3], which have one length");
    assertThatThrownBy(() -> model("upsample: {scale_factor: 2, mode: linear}", Shape.of(1, 1, 2, 2))).hasMessageContaining("mode linear met [1, 1, 2, 2]");
  }

  @Test
  void signalsArePaddedAtTheirEnds() {
    double[] in = BuiltModel.range(6);
    Shape x = Shape.of(1, 2, 3);
    close(model("reflection_pad1d: [1, 2]", x).run(in), 1, 0, 1, 2, 1, 0, 4, 3, 4, 5, 4, 3);
    close(model("replication_pad1d: [1, 2]", x).run(in), 0, 0, 1, 2, 2, 2, 3, 3, 4, 5, 5, 5);
    close(model("circular_pad1d: [1, 2]", x).run(in), 2, 0, 1, 2, 0, 1, 5, 3, 4, 5, 3, 4);
    close(model("zero_pad1d: [1, 2]", x).run(in), 0, 0, 1, 2, 0, 0, 0, 3, 4, 5, 0, 0);
    close(model("constant_pad1d: {padding: 1, value: 7}", x).run(in), 7, 0, 1, 2, 7, 7, 3, 4, 5, 7);
    close(model("circular_pad2d: [1, 0, 0, 2]", Shape.of(1, 1, 2, 3)).run(in), 2, 0, 1, 2, 5, 3, 4, 5, 2, 0, 1, 2, 5, 3, 4, 5);
    assertThatThrownBy(() -> model("reflection_pad1d: 3", x)).hasMessageContaining("dimension 2 allows 2 at most");
  }

  @Test
  void outputsAreSubtractedAndPartsOfThemTaken() {
    Shape x = Shape.of(1, 3, 2);
    double[] in = {1, 2, 3, 4, 5, 0};
    close(model("sub: {from: [a, b]}", x, Shape.of(1, 1, 2)).run(in, new double[] {2, 1}), -1, 1, 1, 3, 3, -1);
    close(model("sequential: {from: a, layers: [{sub: {from: [a, b]}}, abs]}", x, x).run(in, new double[] {2, 2, 2, 2, 2, 2}), 1, 0, 1, 2, 3, 2);
    close(model("max: 1", x).run(in), 5, 4);
    close(model("max: {dim: [1, 2], keepdim: true}", x).run(in), 5);
    close(model("narrow: {start: 1, length: 2}", x).run(in), 3, 4, 5, 0);
    close(model("narrow: {start: -2, length: 1, dim: 2}", x).run(in), 1, 3, 5);
    assertThatThrownBy(() -> model("narrow: {start: 2, length: 2}", x)).hasMessageContaining("slices 2 and on, 2 of them, of dimension 1 met [1, 3, 2]");
    assertThatThrownBy(() -> model("sub", x)).hasMessageContaining("name them, `from: [a, b]`");
  }
}
