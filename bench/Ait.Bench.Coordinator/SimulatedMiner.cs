using System.Security.Cryptography;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Coordinator.OnChain;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Bench.Coordinator;

/// <summary>
/// A device that computes nothing and says so with real signatures: takes seats, checks letters, commits, reveals. It signs its results
/// before it is asked to mine: a device does that on its own machine.
/// </summary>
internal sealed class SimulatedMiner : IDisposable
{
    internal const int AtOnce = 128;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    private readonly Device _device;
    private readonly Secp256k1PrivateKey _key;
    private readonly SignedClient _client;
    private readonly SeatLetterReader _letters;
    private readonly Dictionary<Hash256, Result> _results = [];

    internal SimulatedMiner(HttpClient http, int number)
    {
        _device = BenchNetwork.Device(number, 0);
        _key = BenchNetwork.EnclaveKey(number);
        _client = new SignedClient(http, BenchNetwork.EnclaveKey(number));
        using Secp256k1PrivateKey coordinator = BenchNetwork.CoordinatorKey();
        _letters = new SeatLetterReader(BenchNetwork.Domain, coordinator.Address);
    }

    internal Hash256 GpuId => _device.GpuId;

    /// <summary>Computes and signs the results of seats before they are leased.</summary>
    internal void Prepare(IEnumerable<(Hash256 TaskId, Hash256 Workload)> seats)
    {
        _results.Clear();
        foreach ((Hash256 taskId, Hash256 workload) in seats)
        {
            byte[] transcript = BenchNetwork.Transcript(workload);
            var statement = new WorkStatement(taskId, workload, new Hash256(SHA256.HashData(transcript)), _device.GpuId, 1000);
            var salt = new Hash256(RandomNumberGenerator.GetBytes(Hash256.Size));
            _results.Add(taskId, new Result(
                taskId,
                ResultCommitment.Compute(BenchNetwork.Domain, statement, _device.Operator, salt),
                new ResultRequest(Hex.Encode(WorkAttestation.Sign(statement, BenchNetwork.Domain, _key).ToBytes()), salt, Hex.Encode(transcript))));
        }
    }

    /// <summary>Mines until it is told to stop; what is ready goes in one request. As a miner does, it does not wait for one seat to ask for another.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        List<Result> committed = [];
        await Task.WhenAll(CommitAllAsync(committed, stop), RevealAllAsync(committed, stop));
    }

    private async Task CommitAllAsync(List<Result> committed, CancellationToken stop)
    {
        Task<LeaseResponse> leasing = LeaseAsync(200);
        while (!stop.IsCancellationRequested)
        {
            Result[] results = [.. (await leasing).Letters.Select(Work)];
            leasing = LeaseAsync(200);
            if (results.Length > 0)
            {
                SeatsResponse answer = await _client.PostAsync(
                    "/v1/commitments/batch", new CommitmentsRequest(_device.GpuId, [.. results.Select(result => new SeatCommitment(result.TaskId, result.Commitment))]),
                    ProtocolJson.Default.CommitmentsRequest, ProtocolJson.Default.SeatsResponse);
                Check(answer);
                Result[] open = Open(results, answer);
                lock (committed)
                {
                    committed.AddRange(results.Except(open));
                }

                await RevealAsync(open);
            }
        }

        await leasing;
    }

    /// <summary>Asks every now and then which of the seats may be revealed by now.</summary>
    private async Task RevealAllAsync(List<Result> committed, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.WhenAny(Task.Delay(s_look, stop));
            await LookAsync(committed);
        }
    }

    /// <summary>Mines until it is told to stop; each seat with requests of its own.</summary>
    internal async Task RunSinglyAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            LeaseResponse leased = await _client.PostAsync(
                "/v1/leases", new LeaseRequest(_device.GpuId, 16, 200), ProtocolJson.Default.LeaseRequest, ProtocolJson.Default.LeaseResponse);
            await Task.WhenAll(leased.Letters.Select(letter => MineAsync(Work(letter), stop)));
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _key.Dispose();
    }

    private Task<LeaseResponse> LeaseAsync(int waitMillis) => _client.PostAsync(
        "/v1/leases", new LeaseRequest(_device.GpuId, AtOnce, waitMillis), ProtocolJson.Default.LeaseRequest, ProtocolJson.Default.LeaseResponse);

    /// <summary>Asks which of the seats may be revealed by now and reveals those. The longest committed first: behind those that wait themselves, few do not.</summary>
    private async Task LookAsync(List<Result> committed)
    {
        List<Result[]> chunks;
        lock (committed)
        {
            chunks = [.. committed.Chunk(AtOnce)];
        }

        foreach (Result[] some in chunks)
        {
            SeatsResponse looked = await _client.PostAsync(
                "/v1/seats", new SeatsRequest(_device.GpuId, [.. some.Select(result => result.TaskId)]), ProtocolJson.Default.SeatsRequest, ProtocolJson.Default.SeatsResponse);
            Check(looked);
            Result[] open = Open(some, looked);
            await RevealAsync(open);
            lock (committed)
            {
                committed.RemoveAll(open.ToHashSet().Contains);
            }

            if (open.Length < some.Length / 2)
            {
                return;
            }
        }
    }

    private async Task RevealAsync(Result[] open)
    {
        if (open.Length > 0)
        {
            Check(await _client.PostAsync(
                "/v1/results/batch", new ResultsRequest(_device.GpuId, [.. open.Select(result => result.Reveal)]), ProtocolJson.Default.ResultsRequest, ProtocolJson.Default.SeatsResponse));
        }
    }

    /// <summary>Those whose answer, in the same place, says that they may be revealed.</summary>
    private static Result[] Open(IEnumerable<Result> results, SeatsResponse answer) =>
        [.. results.Zip(answer.Seats).Where(pair => pair.Second.Seat!.RevealOpen).Select(pair => pair.First)]; // Checked before.

    private static void Check(SeatsResponse answer)
    {
        if (answer.Seats.FirstOrDefault(seat => seat.Problem is not null)?.Problem is Problem problem)
        {
            throw new InvalidOperationException($"{problem.Code}: {problem.Title} expected {problem.Expected}, found {problem.Found}");
        }
    }

    private async Task MineAsync(Result result, CancellationToken stop)
    {
        SeatResponse seat = await _client.PostAsync(
            "/v1/commitments", new CommitmentRequest(result.TaskId, _device.GpuId, result.Commitment), ProtocolJson.Default.CommitmentRequest, ProtocolJson.Default.SeatResponse);
        while (!seat.RevealOpen && !stop.IsCancellationRequested)
        {
            await Task.Delay(20, CancellationToken.None);
            seat = await _client.GetAsync($"/v1/seats/{result.TaskId}?gpuId={_device.GpuId}", ProtocolJson.Default.SeatResponse);
        }

        if (seat.RevealOpen)
        {
            await _client.PostAsync("/v1/results", result.Reveal, ProtocolJson.Default.ResultRequest, ProtocolJson.Default.SeatResponse);
        }
    }

    private Result Work(SeatLetterDto given)
    {
        if (!Hex.TryDecode(given.Letter, out byte[]? letterBytes) || !_letters.TryVerify(letterBytes, out SeatLetter? letter, out _))
        {
            throw new InvalidOperationException("A seat letter does not verify.");
        }

        return _results[letter.TaskId];
    }

    private sealed record Result(Hash256 TaskId, Hash256 Commitment, ResultRequest Reveal);
}
