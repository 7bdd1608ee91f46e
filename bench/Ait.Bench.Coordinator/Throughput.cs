using System.Collections.Immutable;
using System.Diagnostics;
using Ait.Chain;

namespace Ait.Bench.Coordinator;

/// <summary>Tasks a second through the whole HTTP path, in rounds: work is queued and seated first, then the clock runs until all of it is ready to settle.</summary>
internal static class Throughput
{
    internal const int Miners = 8;

    /// <summary>Leaves a ledger with so many seated tasks and nothing done of them.</summary>
    internal static async Task SeatAsync(string store, string folder, int tasks)
    {
        using ChildProcess coordinator = await ChildProcess.StartAsync(CoordinatorChild.Verb, store, $"{Miners}", folder);
        await coordinator.AskAsync($"feed {tasks}");
    }

    /// <param name="store">The ledger's file or address.</param>
    /// <param name="folder">For files.</param>
    /// <param name="tasks">How many in all.</param>
    /// <param name="rounds">In how many rounds.</param>
    /// <param name="singly">Whether each seat is a request of its own.</param>
    /// <param name="serverTime">Processor time of the database's server so far; null if it has none.</param>
    internal static async Task<ImmutableArray<Round>> MeasureAsync(string store, string folder, int tasks, int rounds, bool singly, Func<TimeSpan>? serverTime)
    {
        using ChildProcess coordinator = await ChildProcess.StartAsync(CoordinatorChild.Verb, store, $"{Miners}", folder);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = coordinator.Address, Timeout = TimeSpan.FromMinutes(2) };
        SimulatedMiner[] miners = [.. Enumerable.Range(0, Miners).Select(number => new SimulatedMiner(http, number))];
        var measured = ImmutableArray.CreateBuilder<Round>();
        int done = 0;
        for (int round = 0; round < rounds; round++)
        {
            int each = tasks / rounds;
            var feeding = Stopwatch.StartNew();
            await coordinator.AskAsync($"feed {each}");
            feeding.Stop();
            await PrepareAsync(coordinator, miners);
            ChildState before = await coordinator.StateAsync();
            TimeSpan serverBefore = serverTime?.Invoke() ?? TimeSpan.Zero;
            TimeSpan minersBefore = Environment.CpuUsage.TotalTime;
            using var stop = new CancellationTokenSource();
            var clock = Stopwatch.StartNew();
            Task mining = Task.WhenAll(miners.Select(miner => Task.Run(() => singly ? miner.RunSinglyAsync(stop.Token) : miner.RunAsync(stop.Token))));
            ChildState state = before;
            while (state.Agreed < done + each)
            {
                await Task.Delay(100);
                state = await coordinator.StateAsync();
                if (mining.IsFaulted)
                {
                    await mining;
                }
            }

            clock.Stop();
            await stop.CancelAsync();
            await mining;
            done += each;
            measured.Add(new Round(
                each, feeding.Elapsed, clock.Elapsed, state.ProcessorTime - before.ProcessorTime, (serverTime?.Invoke() ?? TimeSpan.Zero) - serverBefore, Environment.CpuUsage.TotalTime - minersBefore,
                state.HeapMegabytes, state.ResidentMegabytes, state.AllocatedKilobytes - before.AllocatedKilobytes));
        }

        foreach (SimulatedMiner miner in miners)
        {
            miner.Dispose();
        }

        return measured.ToImmutable();
    }

    /// <summary>Lets every miner sign the results of its seats.</summary>
    private static async Task PrepareAsync(ChildProcess coordinator, IReadOnlyCollection<SimulatedMiner> miners)
    {
        byte[] seats = Convert.FromHexString(await coordinator.AskAsync("seats"));
        Hash256 At(int place) => new(seats.AsSpan(place * Hash256.Size, Hash256.Size));
        ILookup<Hash256, (Hash256 TaskId, Hash256 Workload)> byGpu = Enumerable.Range(0, seats.Length / (3 * Hash256.Size))
            .ToLookup(seat => At((3 * seat) + 2), seat => (At(3 * seat), At((3 * seat) + 1)));
        await Task.WhenAll(miners.Select(miner => Task.Run(() => miner.Prepare(byGpu[miner.GpuId]))));
    }
}

/// <summary>One round of a measurement.</summary>
internal sealed record Round(
    int Tasks, TimeSpan Feeding, TimeSpan Elapsed, TimeSpan CoordinatorTime, TimeSpan ServerTime, TimeSpan MinersTime, double HeapMegabytes, double ResidentMegabytes, long AllocatedKilobytes)
{
    internal double Rate => Tasks / Elapsed.TotalSeconds;
}
