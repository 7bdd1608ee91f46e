using System.Text.Json.Nodes;
using System.Xml.Linq;
using Ait.Engine;

namespace Ait.Cli.Tests.Training;

/// <summary>A run from its recipe to an artifact, stopped, taken up again, broken and disputed.</summary>
public sealed class TrainCommandTests : IDisposable
{
    private const string Recipe = """
        {
          "shape": { "dimension": 32, "layers": 1, "heads": 2, "keyValueHeads": 1, "headDimension": 16, "feedForward": 48, "vocabulary": 260, "maxContext": 64 },
          "sequenceLength": 16, "batch": 2, "steps": 8, "warmupSteps": 2, "learningRate": 0.003, "seed": 7
        }
        """;

    private readonly ScratchFolder _folder = new();

    private string RecipePath => _folder.File("recipe.json");

    private string Text => _folder.File("text.txt");

    public TrainCommandTests()
    {
        File.WriteAllText(RecipePath, Recipe);
        File.WriteAllText(Text, "One and one make two.\nTwo and one make three.\nThree and one make four.\nFour and one make five.\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Train_leavesTheSameModelInOnePieceOrInMany()
    {
        CommandRun whole = await TrainAsync("whole", "--model", _folder.File("whole.ait"), "--chunk", "8", "--threads", "1");
        Assert.Equal((0, ""), (whole.ExitCode, whole.Errors.Split('\n').Last()));
        CommandRun part = await TrainAsync("pieces", "--until", "3", "--chunk", "2");
        Assert.Equal(0, part.ExitCode);
        Assert.Equal([2, 3], part.JsonLines().Select(line => line["end"]!.GetValue<int>())); // Every chunk says where it ends.
        CommandRun rest = await TrainAsync("pieces", "--model", _folder.File("pieces.ait"), "--chunk", "4", "--micro-batch", "1");
        Assert.Equal(0, rest.ExitCode);

        Assert.Equal(whole.JsonLines()[0]["state"]!.GetValue<string>(), rest.JsonLines()[^2]["state"]!.GetValue<string>()); // As above.
        Assert.Equal(await File.ReadAllBytesAsync(_folder.File("whole.ait"), TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(_folder.File("pieces.ait"), TestContext.Current.CancellationToken));
        string[] metrics = await File.ReadAllLinesAsync(Path.Combine(_folder.File("pieces"), "metrics.jsonl"), TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(1, 8), metrics.Select(line => JsonNode.Parse(line)!["step"]!.GetValue<int>())); // Every line has its step.
        Assert.Equal(metrics, await File.ReadAllLinesAsync(Path.Combine(_folder.File("whole"), "metrics.jsonl"), TestContext.Current.CancellationToken));
        Assert.Equal("svg", XDocument.Load(Path.Combine(_folder.File("whole"), "loss.svg")).Root?.Name.LocalName);
    }

    [Fact]
    public async Task Train_refusesACheckpointWithAnotherByte()
    {
        Assert.Equal(0, (await TrainAsync("run", "--until", "4")).ExitCode);
        string checkpoint = Assert.Single(Directory.GetFiles(Path.Combine(_folder.File("run"), "checkpoints")));
        byte[] bytes = await File.ReadAllBytesAsync(checkpoint, TestContext.Current.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(checkpoint, bytes, TestContext.Current.CancellationToken);

        CommandRun run = await TrainAsync("run");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("CheckpointUnfit", run.Errors, StringComparison.Ordinal);
        File.Delete(checkpoint);
        Assert.Contains("is not there", (await TrainAsync("run")).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_refusesTheFolderOfAnotherRecipe()
    {
        Assert.Equal(0, (await TrainAsync("run", "--until", "2")).ExitCode);
        await File.WriteAllTextAsync(RecipePath, Recipe.Replace("\"seed\": 7", "\"seed\": 8", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        CommandRun run = await TrainAsync("run");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Choose another with --out", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"steps\": 8", "\"steps\": 0", "RecipeOutOfRange")]
    [InlineData("\"dimension\": 32", "\"dimension\": 33", "ModelShape")]
    [InlineData("\"seed\": 7", "\"seed\": 7, \"rank\": 16", "TrainingNotSupported")]
    [InlineData("\"seed\": 7", "\"sead\": 7", "is not understood")]
    [InlineData("\"batch\": 2,", "", "is not understood")]
    public async Task Train_refusesARecipeThatIsNone(string old, string changed, string said)
    {
        await File.WriteAllTextAsync(RecipePath, Recipe.Replace(old, changed, StringComparison.Ordinal), TestContext.Current.CancellationToken);
        CommandRun run = await TrainAsync("run");
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(said, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bisect_findsThePlantedBitAndSaysWhoIsRight()
    {
        Assert.Equal(0, (await TrainAsync("run", "--chunk", "8")).ExitCode);
        string honest = Assert.Single(Directory.GetFiles(Path.Combine(_folder.File("run"), "outcomes")));
        byte[] bytes = await File.ReadAllBytesAsync(honest, TestContext.Current.CancellationToken);
        Assert.True(TrainingOutcome.TryParse(bytes, out TrainingOutcome? outcome, out _));

        // What somebody hands in whose state lost one bit behind step 5: every state from there on is another.
        int first = bytes.Length - (outcome.Steps.Length * (sizeof(long) + Digest.Size));
        for (int step = 5; step <= 8; step++)
        {
            bytes[first + (step * (sizeof(long) + Digest.Size)) - 1] ^= 1;
        }

        string bent = _folder.Write("bent.axo", bytes);
        CommandRun run = await CommandRun.OfAsync("bisect", honest, bent, "--recipe", RecipePath, "--data", Text, "--json");
        JsonObject found = Assert.Single(run.JsonLines());
        Assert.Equal(1, run.ExitCode);
        Assert.Equal((5, true, false), (found["step"]!.GetValue<int>(), found["one"]!["isRight"]!.GetValue<bool>(), found["other"]!["isRight"]!.GetValue<bool>())); // The answer's fields.
        Assert.Contains("from step 5 on", (await CommandRun.OfAsync("bisect", bent, honest)).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await CommandRun.OfAsync("bisect", honest, honest)).ExitCode);
        Assert.Contains("is refused", (await CommandRun.OfAsync("bisect", honest, Text)).Errors, StringComparison.Ordinal);
    }

    private Task<CommandRun> TrainAsync(string folder, params string[] more) =>
        CommandRun.OfAsync(["train", RecipePath, "--data", Text, "--out", _folder.File(folder), "--json", .. more]);
}
