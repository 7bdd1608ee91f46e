using Ait.Coordinator.Fetching;

namespace Ait.Coordinator.Tests.Fetching;

public sealed class PacedGateTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pass_turnsAwayAtOnceWhoComesAfterTheMostAndTakesTheNextOnceOneHasLeft()
    {
        using var gate = new PacedGate(TimeSpan.Zero, TimeProvider.System);
        var first = new TaskCompletionSource<string>();
        using var impatient = new CancellationTokenSource();

        Task<string?> working = gate.PassAsync(() => first.Task, 2, Cancellation);
        Task<string?> waiting = gate.PassAsync(() => Task.FromResult("second"), 2, impatient.Token);
        Assert.Null(await gate.PassAsync(() => Task.FromResult("third"), 2, Cancellation));

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Task<string?> next = gate.PassAsync(() => Task.FromResult("fourth"), 2, Cancellation);
        first.SetResult("first");

        Assert.Equal("first", await working);
        Assert.Equal("fourth", await next);
    }
}
