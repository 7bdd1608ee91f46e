using System.Diagnostics;
using System.Text.Json;
using Ait.Protocol.Http;

namespace Ait.Bench.Coordinator;

/// <summary>Many registered devices ask for work that there is not, each once in an interval, beside an echo that nobody else asks.</summary>
internal static class Polling
{
    private const int Connections = 16;
    private const int EchoRequests = 2000;

    /// <param name="store">The ledger's file or address.</param>
    /// <param name="folder">For files.</param>
    /// <param name="devices">How many devices.</param>
    /// <param name="interval">In which each of them asks once.</param>
    /// <param name="rounds">How many intervals.</param>
    internal static async Task<PollTimes> MeasureAsync(string store, string folder, int devices, TimeSpan interval, int rounds)
    {
        Percentiles echo;
        using (ChildProcess child = await ChildProcess.StartAsync(EchoChild.Verb))
        {
            using HttpClient http = Client(child);
            byte[] body = Body(0);
            async Task AskAsync(int _)
            {
                using HttpResponseMessage answer = await http.PostAsync("/echo", new ByteArrayContent(body));
                await answer.Content.ReadAsByteArrayAsync();
            }

            await PaceAsync(500, TimeSpan.FromSeconds(1), AskAsync); // Warm.
            echo = await PaceAsync(EchoRequests, TimeSpan.FromSeconds(4), AskAsync);
        }

        using ChildProcess coordinator = await ChildProcess.StartAsync(CoordinatorChild.Verb, store, $"{devices}", folder);
        using HttpClient client = Client(coordinator);
        SignedClient[] clients = [.. Enumerable.Range(0, devices).Select(number => new SignedClient(client, BenchNetwork.EnclaveKey(number)))];
        async Task PollAsync(int device)
        {
            // Signed before the clock of this poll starts: that is the device's time.
            HttpRequestMessage request = clients[device % devices].Sign(HttpMethod.Post, "/v1/leases", Body(device % devices));
            using HttpResponseMessage answer = await client.SendAsync(request);
            await answer.Content.ReadAsByteArrayAsync();
            answer.EnsureSuccessStatusCode();
        }

        await PaceAsync(Math.Min(devices, 2000), TimeSpan.FromSeconds(4), PollAsync); // Warm.
        ChildState before = await coordinator.StateAsync();
        Percentiles polls = await PaceAsync(devices * rounds, interval * rounds, PollAsync);
        ChildState after = await coordinator.StateAsync();
        foreach (SignedClient each in clients)
        {
            each.Dispose();
        }

        return new PollTimes(echo, polls, devices * rounds, (after.ProcessorTime - before.ProcessorTime) / (devices * rounds), after.ResidentMegabytes);
    }

    private static byte[] Body(int device) =>
        JsonSerializer.SerializeToUtf8Bytes(new LeaseRequest(BenchNetwork.GpuId(device), 1, 0), ProtocolJson.Default.LeaseRequest);

    private static HttpClient Client(ChildProcess child) =>
        new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = Connections }) { BaseAddress = child.Address };

    /// <summary>Asks so often, evenly over the time; a request that is late does not hold up those after it.</summary>
    private static async Task<Percentiles> PaceAsync(int count, TimeSpan over, Func<int, Task> ask)
    {
        double[] millis = new double[count];
        var clock = Stopwatch.StartNew();
        int next = -1;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            for (int i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                TimeSpan until = (over * i / count) - clock.Elapsed;
                if (until > TimeSpan.Zero)
                {
                    await Task.Delay(until);
                }

                long start = Stopwatch.GetTimestamp();
                await ask(i);
                millis[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        })));
        Array.Sort(millis);
        return new Percentiles(millis[count / 2], millis[(int)(count * 0.99)]);
    }
}

/// <summary>Milliseconds within which half and 99 in 100 requests were answered.</summary>
internal sealed record Percentiles(double Median, double P99);

/// <summary>Polls beside the echo.</summary>
internal sealed record PollTimes(Percentiles Echo, Percentiles Polls, int Count, TimeSpan ProcessorTime, double ResidentMegabytes);
