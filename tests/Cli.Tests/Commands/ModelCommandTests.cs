using System.Text.Json.Nodes;
using Ait.Engine.Tests.Importing;

namespace Ait.Cli.Tests.Commands;

/// <summary>From a checkpoint to answers in the terminal.</summary>
public sealed class ModelCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ait-model-").FullName;

    private string Checkpoint => Path.Combine(_folder, "checkpoint");

    private string Artifact => Path.Combine(_folder, "model.ait");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task ImportInfoQualityAndChat_tellOneStory()
    {
        CheckpointMaker.Make("qwen2").Write(Checkpoint, shards: 2);
        CommandRun import = await CommandRun.OfAsync("model", "import", Checkpoint, "-o", Artifact, "--json");
        Assert.Equal((0, true), (import.ExitCode, File.Exists(Artifact)));
        Assert.Contains("100 %", import.Errors, StringComparison.Ordinal);
        JsonObject made = Assert.Single(import.JsonLines());
        CommandRun info = await CommandRun.OfAsync("model", "info", Artifact, "--verify", "--json");
        Assert.Equal(made.ToJsonString(), Assert.Single(info.JsonLines()).ToJsonString());
        Assert.Contains("AttentionBias, TiedOutput, FinalGain", made["features"]!.GetValue<string>(), StringComparison.Ordinal);

        CommandRun quality = await CommandRun.OfAsync("model", "quality", Artifact, Checkpoint, "--tokens", "60", "--threads", "1", "--json");
        JsonObject report = Assert.Single(quality.JsonLines());
        Assert.Equal(59, report["positions"]!.GetValue<int>());
        Assert.InRange(report["greedyAgreement"]!.GetValue<double>(), 0.7, 1);

        string[] ask = ["chat", Artifact, "--prompt", "The house", "--tokens", "12", "--threads", "1"];
        CommandRun json = await CommandRun.OfAsync([.. ask, "--json"]);
        IReadOnlyList<JsonObject> lines = json.JsonLines();
        Assert.Equal(0, json.ExitCode);
        JsonObject last = lines[^1];
        Assert.Equal(last["newTokens"]!.GetValue<int>(), lines.Count - 1);
        Assert.StartsWith(string.Concat(lines.SkipLast(1).Select(line => line["text"]!.GetValue<string>())), last["answer"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(64, last["resultHash"]!.GetValue<string>().Length);
        CommandRun again = await CommandRun.OfAsync([.. ask, "--json"]);
        Assert.Equal(json.Output, again.Output);
    }

    [Theory]
    [InlineData("llama2")]
    [InlineData("llama3")]
    [InlineData("mistral")]
    public async Task Chat_showsPeopleTheAnswerThatProgramsGet(string family)
    {
        CheckpointMaker.Make(family).Write(Checkpoint);
        Assert.Equal(0, (await CommandRun.OfAsync("model", "import", Checkpoint, "-o", Artifact)).ExitCode);
        string[] ask = ["chat", Artifact, "--prompt", "The house", "--tokens", "12", "--threads", "1", "--temperature", "700", "--seed", "4"];
        string answer = (await CommandRun.OfAsync([.. ask, "--json"])).JsonLines()[^1]["answer"]!.GetValue<string>();
        CommandRun people = await CommandRun.OfAsync(ask);
        Assert.Equal(0, people.ExitCode);
        Assert.NotEqual("", answer.Trim());
        Assert.Equal(string.Concat(answer.Select(c => char.IsControl(c) && c != '\n' && c != '\t' ? '\ufffd' : c)) + "\n", people.Output.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task Matrix_printsOneHash()
    {
        CheckpointMaker.Make("qwen3").Write(Checkpoint);
        Assert.Equal(0, (await CommandRun.OfAsync("model", "import", Checkpoint, "-o", Artifact)).ExitCode);
        CommandRun run = await CommandRun.OfAsync("model", "matrix", Artifact, "--tokens", "4", "--json");
        Assert.Equal(0, run.ExitCode);
        IReadOnlyList<JsonObject> lines = run.JsonLines();
        Assert.Equal(1 + (24 * (Engine.Backends.Supported.Length - 1)), lines.Count);
        Assert.Single(lines.SelectMany(line => new[] { line["hash"]!.GetValue<string>(), line["hashWithPrefixes"]!.GetValue<string>() }).Distinct());
    }

    [Fact]
    public async Task Import_saysWhyACheckpointIsRefused()
    {
        CheckpointMaker.Make("mistral").Write(Checkpoint);
        await File.WriteAllTextAsync(Path.Combine(Checkpoint, "config.json"), "{ \"model_type\": ", TestContext.Current.CancellationToken);
        CommandRun run = await CommandRun.OfAsync("model", "import", Checkpoint, "--output", Artifact);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("the checkpoint is refused: MalformedFile: config.json, offset", run.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Artifact));
    }

    [Fact]
    public async Task InfoAndChat_sayWhyAFileIsRefused()
    {
        await File.WriteAllTextAsync(Artifact, "this is no artifact, only a text", TestContext.Current.CancellationToken);
        foreach (string[] arguments in new[] { ["model", "info", Artifact], new[] { "chat", Artifact, "--prompt", "x" } })
        {
            CommandRun run = await CommandRun.OfAsync(arguments);
            Assert.Equal(1, run.ExitCode);
            Assert.Contains("the artifact is refused: WrongMagic: model.ait, offset 0", run.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Chat_refusesAConversationBeyondTheContext()
    {
        CheckpointMaker.Make("qwen2").Write(Checkpoint);
        Assert.Equal(0, (await CommandRun.OfAsync("model", "import", Checkpoint, "-o", Artifact, "--context", "20")).ExitCode);
        CommandRun run = await CommandRun.OfAsync("chat", Artifact, "--prompt", "The children play outside the house on the hill, near the old mill by the river.");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("expected at most 19 tokens", run.Errors, StringComparison.Ordinal);
    }
}
