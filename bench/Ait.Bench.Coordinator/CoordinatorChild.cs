using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Globalization;
using Ait.Chain;
using Ait.Coordinator.Configuration;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Enrolling;
using Ait.Coordinator.Hosting;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Protocol.Http;

namespace Ait.Bench.Coordinator;

/// <summary>The coordinator under measurement, in a process of its own: the production wiring over a chain that answers at once. Obeys lines on standard input.</summary>
internal static class CoordinatorChild
{
    internal const string Verb = "serve";
    private const int Chunk = 1024;

    /// <param name="arguments">store, number of devices, folder.</param>
    internal static async Task<int> RunAsync(string[] arguments)
    {
        int count = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        ulong now = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        ImmutableArray<Device> devices = [.. Enumerable.Range(0, count).Select(number => BenchNetwork.Device(number, now + 86_400))];
        var chain = new BenchChain(devices);
        using LedgerDatabase ledger = LedgerDatabase.Open(arguments[0], TimeProvider.System);
        Enrol(ledger, devices, now);
        WebApplication application = CoordinatorApplication.Build(new CoordinatorParts(
            BenchNetwork.Options(arguments[0], arguments[2]), BenchNetwork.Deployment, new ModelTable([BenchNetwork.Model]), BenchNetwork.CoordinatorKey(), ledger, chain,
            TimeProvider.System));
        await using (application)
        {
            await application.StartAsync();
            Say($"ready {application.Urls.First()}");
            int fed = 0;
            long agreed = 0;
            using var listener = new MeterListener();
            listener.InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "ait.agreements")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            };
            listener.SetMeasurementEventCallback<long>((_, tasks, _, _) => Interlocked.Add(ref agreed, tasks));
            listener.Start();
            while (await Console.In.ReadLineAsync() is string line)
            {
                string[] words = line.Split(' ');
                if (words[0] == "feed")
                {
                    int more = int.Parse(words[1], CultureInfo.InvariantCulture);
                    await FeedAsync(application.Services.GetRequiredService<DispatchStore>(), ledger, fed, more);
                    fed += more;
                    Say("fed");
                }
                else if (words[0] == "seats")
                {
                    Say(Seats(ledger));
                }
                else
                {
                    Say(State(ledger, fed, ref agreed));
                }
            }

            await application.StopAsync();
        }

        return 0;
    }

    private static void Enrol(LedgerDatabase ledger, ImmutableArray<Device> devices, ulong now)
    {
        ledger.BindTo(BenchNetwork.Deployment.ChainId, BenchNetwork.Deployment.MiningRegistry);
        var verdicts = new VerdictStore(ledger);
        ledger.Write("devices", transaction =>
        {
            foreach (Device device in devices)
            {
                EnrolmentStore.Put(transaction, device);
            }
        });
        foreach (Device device in devices)
        {
            // One by one as they come in production; nothing of this is measured.
            if (verdicts.Put(new EnrolmentResponse(
                    device.GpuId, device.DeviceClass, device.Operator, device.HostChip, device.EnclaveKey,
                    new EvidenceVerdict("AttestedGpu", "SevSnp", "enrolled for a measurement", now, device.ValidUntil))) is { } refusal)
            {
                throw new InvalidOperationException(refusal.Title);
            }
        }
    }

    /// <summary>Queues work and waits until all of it has seats.</summary>
    private static async Task FeedAsync(DispatchStore store, LedgerDatabase ledger, int from, int count)
    {
        foreach (int[] numbers in Enumerable.Range(from, count).Chunk(Chunk))
        {
            store.Enqueue([.. numbers.Select(number => BenchNetwork.Workload(number)).Select(workload => (workload, workload.Price(BenchNetwork.Model.MicroComputeUnitsPerToken)))]);
        }

        while (ledger.Read(transaction => transaction.Number("SELECT count(*) FROM tasks WHERE phase >= 2")) < from + count)
        {
            await Task.Delay(50);
        }
    }

    /// <summary>Task, workload and device of every seat that nobody has leased, in hexadecimal, on one line.</summary>
    private static string Seats(LedgerDatabase ledger) => string.Concat(ledger.Read(transaction => transaction.Query(
        "SELECT (SELECT t.task_id FROM tasks t WHERE t.task_key = s.task_key), (SELECT t.workload_hash FROM tasks t WHERE t.task_key = s.task_key), s.gpu_id FROM open_seats s WHERE s.lease_holder IS NULL",
        row => string.Concat(Hex.Encode(row.Bytes(0)).AsSpan(2), Hex.Encode(row.Bytes(1)).AsSpan(2), Hex.Encode(row.Bytes(2)).AsSpan(2)))));

    private static string State(LedgerDatabase ledger, int fed, ref long counted)
    {
        // What the coordinator counts costs nothing to look at; the ledger has the last word.
        long agreed = Interlocked.Read(ref counted);
        agreed = agreed < fed ? agreed : ledger.Read(transaction => transaction.Number("SELECT count(*) FROM agreements"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{agreed} {Environment.CpuUsage.TotalTime.TotalMilliseconds:F0} {GC.GetTotalMemory(false) / 1024} {Environment.WorkingSet / 1024} {GC.GetTotalAllocatedBytes() / 1024}");
    }

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
