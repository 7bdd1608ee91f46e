using System.Text.Json;
using Ait.Chain;
using Ait.Miner.Submission;
using Ait.Miner.Tests.Fixtures;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Miner.Tests.Submission;

public sealed class SeatLooksTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ask_asksAfterManySeatsWithFewQuestionsAndGivesEachItsOwnAnswer()
    {
        await using var bench = new MinerBench();
        StandInSeat[] seats = Seats(bench, 200);

        Reply<SeatResponse>[] replies = await Task.WhenAll(seats.Select(seat => bench.Around.Looks.AskAsync(seat.Letter.TaskId, Cancellation)));

        Assert.Equal(seats.Select(seat => seat.Letter.TaskId), replies.Select(reply => Assert.IsType<Reply<SeatResponse>.Answered>(reply).Value.TaskId));
        int[] named = [.. Questions(bench).Select(question => question.Count)];
        Assert.InRange(named.Length, 2, 4); // The first may go before the others are there; no question names all.
        Assert.All(named, count => Assert.InRange(count, 1, SeatLooks.MostAtOnce));
        Assert.Equal(200, named.Sum());
    }

    [Fact]
    public async Task Ask_answersEveryCallerThoughOneGaveUp()
    {
        await using var bench = new MinerBench();
        StandInSeat seat = Seats(bench, 1)[0];
        using var impatient = new CancellationTokenSource();
        await impatient.CancelAsync();

        Task<Reply<SeatResponse>> given = bench.Around.Looks.AskAsync(seat.Letter.TaskId, impatient.Token);
        Task<Reply<SeatResponse>> kept = bench.Around.Looks.AskAsync(seat.Letter.TaskId, Cancellation);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.IsType<Reply<SeatResponse>.Answered>(await kept);
    }

    [Fact]
    public async Task Ask_refusesASeatThatThereIsNotAndAnswersTheOthers()
    {
        await using var bench = new MinerBench();
        StandInSeat seat = Seats(bench, 1)[0];

        Task<Reply<SeatResponse>> missing = bench.Around.Looks.AskAsync(Network.RandomHash(), Cancellation);
        Task<Reply<SeatResponse>> there = bench.Around.Looks.AskAsync(seat.Letter.TaskId, Cancellation);

        CoordinatorRefusal refusal = Assert.IsType<Reply<SeatResponse>.Refused>(await missing).Refusal;
        Assert.Equal((404, ProblemCodes.NotFound), (refusal.Status, refusal.Code));
        Assert.Contains("expected something else, found no such seat.", refusal.Sentence, StringComparison.Ordinal);
        Assert.IsType<Reply<SeatResponse>.Answered>(await there);
    }

    [Theory]
    [InlineData("another seat")]
    [InlineData("neither")]
    [InlineData("overloaded")]
    public async Task Ask_isToBeRepeatedIfTheAnswerIsNone(string kind)
    {
        await using var bench = new MinerBench();
        StandInSeat seat = Seats(bench, 1)[0];
        bench.Coordinator.Misanswer = taskId => kind switch
        {
            "another seat" => new SeatAnswer(new SeatResponse(Network.RandomHash(), bench.Network.GpuId, SeatPhase.Void, false, UnpaidReason.None, null, null, null), null),
            "neither" => new SeatAnswer(null, null),
            _ => new SeatAnswer(null, new Problem("/problems/Busy", "Busy.", 503, "Busy", null, null, null)),
        };

        Assert.IsType<Reply<SeatResponse>.Unavailable>(await bench.Around.Looks.AskAsync(seat.Letter.TaskId, Cancellation));

        bench.Coordinator.Misanswer = null;
        Assert.IsType<Reply<SeatResponse>.Answered>(await bench.Around.Looks.AskAsync(seat.Letter.TaskId, Cancellation));
    }

    [Fact]
    public async Task Ask_isToBeRepeatedIfTheCoordinatorIsAway()
    {
        await using var bench = new MinerBench();
        await bench.Coordinator.StopAsync();

        Assert.IsType<Reply<SeatResponse>.Unavailable>(await bench.Around.Looks.AskAsync(Network.RandomHash(), Cancellation));
    }

    [Fact]
    public async Task Dispose_endsEveryQuestion()
    {
        await using var bench = new MinerBench();
        using var stuck = new ManualResetEventSlim();
        bench.Coordinator.Misanswer = _ =>
        {
            stuck.Wait(Cancellation);
            return null;
        };
        Task<Reply<SeatResponse>> first = bench.Around.Looks.AskAsync(Network.RandomHash(), Cancellation);
        await SeatRunTests.UntilAsync(() => bench.Coordinator.Count("POST", "/v1/seats") == 1);
        Task<Reply<SeatResponse>> second = bench.Around.Looks.AskAsync(Network.RandomHash(), Cancellation);

        bench.Around.Looks.Dispose();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        stuck.Set();
    }

    private static StandInSeat[] Seats(MinerBench bench, uint count) =>
        [.. Enumerable.Range(0, (int)count).Select(i => bench.Coordinator.Add(Network.Workload(seed: (uint)i + 1), (uint)i))];

    private static IReadOnlyList<IReadOnlyList<Hash256>> Questions(MinerBench bench) =>
        [.. bench.Coordinator.Requests.Where(request => request.Path == "/v1/seats").Select(request => JsonSerializer.Deserialize(request.Body, ProtocolJson.Default.SeatsRequest)!.TaskIds)];
}
