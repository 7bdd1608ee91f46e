using System.Net;
using System.Security.Cryptography;
using System.Text;
using Ait.Chain;
using Ait.Engine;
using Ait.Miner.Reporting;
using Ait.Miner.Tests.Fixtures;
using Ait.Protocol;

namespace Ait.Miner.Tests.Submission;

public sealed class CheckpointExchangeTests : IAsyncDisposable
{
    private static readonly byte[] s_content = RandomNumberGenerator.GetBytes((2 << 20) + 77);
    private static readonly Hash256 s_digest = new(SHA256.HashData(s_content));
    private readonly TemporaryFolder _folder = new();
    private readonly MinerBench _bench;

    public CheckpointExchangeTests() => _bench = new MinerBench(modelsFolder: _folder.Path);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Own => Path.Combine(_folder.Path, "checkpoints");

    public async ValueTask DisposeAsync()
    {
        await _bench.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Fetch_bringsACheckpointThatHasItsDigest()
    {
        _bench.Coordinator.Checkpoints[s_digest] = Parts(s_content);

        Assert.Null(await _bench.Checkpoints.FetchAsync(s_digest, s_content.Length, Cancellation));

        Assert.Equal(s_content, Read(s_digest));
        Assert.Contains("fetched", _bench.Reporter.Kinds);
        _bench.Coordinator.Checkpoints.Clear();
        Assert.Null(await _bench.Checkpoints.FetchAsync(s_digest, s_content.Length, Cancellation)); // It is here now.
    }

    [Fact]
    public async Task Fetch_goesOnBehindThePartsThatCameBefore()
    {
        _bench.Coordinator.Checkpoints[s_digest] = Parts(s_content);
        Directory.CreateDirectory(Own);
        await File.WriteAllBytesAsync(Path.Combine(Own, $"{new Digest(s_digest.ToArray())}.axs.fetched"), s_content[..((1 << 20) + 5)], Cancellation);

        Assert.Null(await _bench.Checkpoints.FetchAsync(s_digest, s_content.Length, Cancellation));

        Assert.Equal(s_content, Read(s_digest));
        Assert.Equal([$"/v1/checkpoints/{s_digest}/1", $"/v1/checkpoints/{s_digest}/2"], _bench.Coordinator.Requests.Select(request => request.Path).Skip(1));
    }

    [Fact]
    public async Task Fetch_waitsOutAnOutageInTheMiddle()
    {
        _bench.Coordinator.Checkpoints[s_digest] = Parts(s_content);
        _bench.Coordinator.FailNext(3, HttpStatusCode.BadGateway);

        Assert.Null(await _bench.Checkpoints.FetchAsync(s_digest, s_content.Length, Cancellation));
        Assert.Equal(s_content, Read(s_digest));
    }

    [Fact]
    public async Task Fetch_keepsNothingIfOneBitIsAnother()
    {
        byte[] changed = [.. s_content];
        changed[1 << 20] ^= 1;
        _bench.Coordinator.Checkpoints[s_digest] = Parts(changed);

        Assert.Contains("what the coordinator calls checkpoint", await _bench.Checkpoints.FetchAsync(s_digest, s_content.Length, Cancellation), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Own));
        _bench.Coordinator.Checkpoints[s_digest] = Parts(s_content);
        Assert.Null(await _bench.Checkpoints.FetchAsync(s_digest, s_content.Length, Cancellation));
    }

    [Fact]
    public async Task Fetch_keepsThePartsBeforeOneThatWasSpoiltOnItsWay()
    {
        byte[] changed = [.. s_content];
        changed[1 << 20] ^= 1;
        _bench.Coordinator.PartDigests = [.. Parts(s_content).Select(part => new Hash256(SHA256.HashData(part)))];
        _bench.Coordinator.Checkpoints[s_digest] = Parts(changed);

        Assert.Contains("part 1 of the coordinator's checkpoint", await _bench.Checkpoints.FetchAsync(s_digest, s_content.Length, Cancellation), StringComparison.Ordinal);
        Assert.Equal(1 << 20, new FileInfo(Assert.Single(Directory.GetFiles(Own))).Length);
        _bench.Coordinator.Checkpoints[s_digest] = Parts(s_content);
        Assert.Null(await _bench.Checkpoints.FetchAsync(s_digest, s_content.Length, Cancellation));
        Assert.Equal(s_content, Read(s_digest));
        Assert.Equal(1, _bench.Coordinator.Count("GET", $"/v1/checkpoints/{s_digest}/0"));
    }

    [Fact]
    public async Task Fetch_takesPartsOfAnEarlierTryAgainFromTheFirstThatIsAnother()
    {
        _bench.Coordinator.Checkpoints[s_digest] = Parts(s_content);
        byte[] changed = s_content[..(2 << 20)];
        changed[1 << 20] ^= 1;
        Directory.CreateDirectory(Own);
        await File.WriteAllBytesAsync(Path.Combine(Own, $"{new Digest(s_digest.ToArray())}.axs.fetched"), changed, Cancellation);

        Assert.Null(await _bench.Checkpoints.FetchAsync(s_digest, s_content.Length, Cancellation));
        Assert.Equal(s_content, Read(s_digest));
        Assert.Equal([$"/v1/checkpoints/{s_digest}/1", $"/v1/checkpoints/{s_digest}/2"], _bench.Coordinator.Requests.Select(request => request.Path).Skip(1));
    }

    [Fact]
    public async Task Fetch_isRefusedIfLengthOrPartsAreNotTheRuns()
    {
        _bench.Coordinator.Checkpoints[s_digest] = Parts(s_content);
        Assert.Contains("one of this run has 1000", await _bench.Checkpoints.FetchAsync(s_digest, 1000, Cancellation), StringComparison.Ordinal);

        byte[][] uneven = Parts(s_content);
        (uneven[0], uneven[1]) = (uneven[0][..^1], [.. uneven[1], 0]);
        _bench.Coordinator.Checkpoints[s_digest] = uneven;
        Assert.Contains("instead of 1048576", await _bench.Checkpoints.FetchAsync(s_digest, s_content.Length, Cancellation), StringComparison.Ordinal);
        _bench.Coordinator.PartDigests = [];
        Assert.Contains("does not say what the parts", await _bench.Checkpoints.FetchAsync(s_digest, s_content.Length, Cancellation), StringComparison.Ordinal);
        Assert.Contains("does the coordinator have it", await _bench.Checkpoints.FetchAsync(Network.RandomHash(), 1000, Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HandIn_sendsEveryPartUnlessTheCoordinatorHasIt()
    {
        Directory.CreateDirectory(Own);
        await File.WriteAllBytesAsync(Path.Combine(Own, $"{new Digest(s_digest.ToArray())}.axs"), s_content, Cancellation);
        Hash256 taskId = Network.RandomHash();

        await _bench.Checkpoints.HandInAsync(taskId, s_digest, Cancellation);
        Assert.Equal(s_content, _bench.Coordinator.Checkpoints[s_digest].SelectMany(part => part));
        Assert.Equal(3, _bench.Coordinator.Count("PUT", $"/v1/checkpoints/{s_digest}/"));
        await _bench.Checkpoints.HandInAsync(taskId, s_digest, Cancellation);
        Assert.Equal(3, _bench.Coordinator.Count("PUT", "/v1/checkpoints/"));
        Assert.Equal(["handed"], _bench.Reporter.Kinds);
    }

    [Fact]
    public async Task Seat_trainsFromAParentOfAnotherMinerAndHandsInWhatItLeaves()
    {
        Assert.True(TrainingData.TryReadLines(Encoding.UTF8.GetBytes("One and one make two.\nTwo and two make four.\n"), Tokenizer.Bytes, out TrainingData? data, out _));
        await File.WriteAllBytesAsync(_folder.File($"{data.Digest}.axd"), data.ToBytes(), Cancellation);
        var recipe = new TrainingRecipe
        {
            Shape = Network.Model.Config,
            Base = Network.Model.Digest,
            Data = data.Digest,
            SequenceLength = 16,
            Batch = 2,
            Steps = 10,
            WarmupSteps = 2,
            LearningRate = 1e-3f,
            Seed = 9,
        };
        var model = Model.Create(Network.Model);
        using var checkpoint = new MemoryStream();
        TrainingOutcome first = Trainer.RunChunk(recipe, new TrainingChunk(0, 2, default), model, data, null, null, null, trainer => trainer.Save(checkpoint), Cancellation);
        TrainingOutcome whole = Trainer.RunChunk(recipe, new TrainingChunk(0, 4, default), model, data, null, null, null, null, Cancellation);
        var parent = new Hash256(first.State!.Value.ToBytes()); // Of a chunk that is done.
        var workload = new Workload(TrainingVersion.Id, Network.ModelDigest, new TrainingTerms([.. recipe.ToBytes()], 2, 2, 32, parent));
        _bench.Coordinator.Checkpoints[parent] = Parts(checkpoint.ToArray());
        StandInSeat seat = _bench.Coordinator.Add(workload);
        _bench.Start();

        await _bench.Reporter.WaitAsync("handed");

        Assert.Equal(["leased", "fetched", "executed", "committed", "revealed", "paid", "handed"], _bench.Reporter.Kinds);
        Assert.True(TrainingOutcome.TryParse(seat.Transcript, out TrainingOutcome? outcome, out _));
        Assert.Equal(whole.Steps[2..], outcome.Steps);
        byte[] left = [.. _bench.Coordinator.Checkpoints[new Hash256(outcome.State!.Value.ToBytes())].SelectMany(part => part)];
        Assert.Equal(outcome.State, Digest.Of(left));
    }

    [Fact]
    public async Task Seat_isDeclinedIfNobodyHasTheParent()
    {
        Assert.True(TrainingData.TryReadLines(Encoding.UTF8.GetBytes("One and one make two.\nTwo and two make four.\n"), Tokenizer.Bytes, out TrainingData? data, out _));
        await File.WriteAllBytesAsync(_folder.File($"{data.Digest}.axd"), data.ToBytes(), Cancellation);
        var recipe = new TrainingRecipe
        {
            Shape = Network.Model.Config, Base = Network.Model.Digest, Data = data.Digest, SequenceLength = 16, Batch = 2, Steps = 10, WarmupSteps = 2, LearningRate = 1e-3f, Seed = 9,
        };
        _bench.Coordinator.Add(new Workload(TrainingVersion.Id, Network.ModelDigest, new TrainingTerms([.. recipe.ToBytes()], 2, 2, 32, Network.RandomHash())));
        _bench.Start();

        MinerEvent declined = await _bench.Reporter.WaitAsync("declined");

        Assert.Contains("parent is not at hand", declined.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("committed", _bench.Reporter.Kinds);
    }

    private static byte[][] Parts(byte[] content) => [.. content.Chunk(1 << 20)];

    private byte[] Read(Hash256 digest) => File.ReadAllBytes(Path.Combine(Own, $"{new Digest(digest.ToArray())}.axs"));
}
