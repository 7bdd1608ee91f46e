using System.Security.Cryptography;
using Ait.Engine.Gpu;
using Ait.Engine.Tests.Gpu;
using Ait.Engine.Tests.Simd;

namespace Ait.Engine.Tests;

/// <summary>
/// One hash over the transcripts of all sample requests, from everything that can compute them: printed as a table by
/// <c>make hashes</c>, and held equal in every run of the tests.
/// </summary>
public sealed class HashMatrixReport
{
    [Fact]
    public void Matrix_holdsOneHash()
    {
        var hashes = new HashSet<string>();
        Write($"{"computed by",-34} {"threads",7} {"chunk",5} {"batch",5}  hash over {Samples.Requests.Length} transcripts");
        foreach (string kernels in TestKernels.Names)
        {
            foreach ((int threads, int chunk, int batch) in new[] { (1, 1, 1), (1, 7, 2), (1, 256, 32), (2, 64, 5), (2, 256, 3) })
            {
                Row(kernels, threads, chunk, batch, options => new Session(Samples.SmallModel, options, null, TestKernels.Create(kernels)));
            }
        }

        foreach (string name in new[] { TestDevices.Host32, TestDevices.Host64, TestDevices.Real })
        {
            string? missing = name == TestDevices.Real
                ? GpuBackend.Device is null ? GpuBackend.Absence : null
                : HostKernels.Missing;
            if (missing is not null)
            {
                Write($"{name,-34} not run: {missing}");
                continue;
            }

            IGpuDevice device = TestDevices.Open(name);
            foreach ((int chunk, int batch) in new[] { (1, 1), (7, 2), (64, 5), (256, 32) })
            {
                Row($"kernels on {device.Name}", 1, chunk, batch, options => new Session(Samples.SmallModel, options, device));
            }
        }

        Write($"{(hashes.Count == 1 ? "one hash" : "THE HASHES DIFFER")}: {string.Join(", ", hashes)}");
        Assert.Single(hashes);

        void Row(string name, int threads, int chunk, int batch, Func<EngineOptions, Session> open)
        {
            using Session session = open(new EngineOptions { Threads = threads, PrefillChunk = chunk, BatchSize = batch });
            string hash = HashOf(session.Generate(Samples.Requests, null, TestContext.Current.CancellationToken));
            hashes.Add(hash);
            Write($"{name,-34} {threads,7} {chunk,5} {batch,5}  {hash}");
        }
    }

    private static string HashOf(IReadOnlyList<Transcript> transcripts)
    {
        using var all = new MemoryStream();
        foreach (Transcript transcript in transcripts)
        {
            all.Write(transcript.ToBytes());
        }

        return Convert.ToHexStringLower(SHA256.HashData(all.ToArray()))[..32];
    }

    private static void Write(FormattableString line) => TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(line));
}
