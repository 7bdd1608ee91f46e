using System.Diagnostics;
using System.Globalization;
using Ait.Attestation.Fuzz.Formats;
using Ait.Attestation.Fuzz.Mutating;
using Ait.Attestation.Manifest;

namespace Ait.Attestation.Fuzz;

/// <summary>
/// Feeds mutated inputs to the readers of a format. A finding is an exception, an input that allocates beyond its limit or takes
/// beyond its time, one that is accepted although what it says was changed, and a verdict that is another one with a cache.
/// </summary>
internal sealed class Fuzzer(FuzzFormat format)
{
    /// <summary>Any input: what the readers' own limits allow is far below.</summary>
    internal const long MostAllocation = 64L * 1024 * 1024;

    private static readonly TimeSpan s_mostTime = TimeSpan.FromMinutes(2);

    /// <summary>One in so many readable inputs goes through the whole verifier, which costs a thousand times as much as reading.</summary>
    private const int JudgedOneIn = 64;

    private readonly CertificateCache _cache = new(64);
    private readonly HashSet<string> _sound = [.. format.Sound.Select(input => Line(format.Judge(input, null)))];
    private readonly HashSet<ByteString> _exact = [.. format.Sound.Select(input => new ByteString(input))];
    private readonly byte[][] _last = new byte[1][];
    private long _started;
    private long _index;

    /// <summary>Runs <paramref name="count"/> inputs from index <paramref name="first"/> on; stops at the first finding.</summary>
    internal FuzzReport Run(ulong seed, long first, long count, Action<long, byte[]> onHang)
    {
        var report = new FuzzReport();
        using var watch = new Timer(
            _ =>
            {
                long started = Volatile.Read(ref _started);
                if (started != 0 && Stopwatch.GetElapsedTime(started) > s_mostTime)
                {
                    onHang(Volatile.Read(ref _index), Volatile.Read(ref _last[0]));
                }
            },
            null, 1000, 1000);
        for (long index = first; index < first + count && report.Finding is null; index++)
        {
            byte[] input = format.Make(new Chance(seed, format.Name, index));
            Volatile.Write(ref _last[0], input);
            Volatile.Write(ref _index, index);
            Volatile.Write(ref _started, Stopwatch.GetTimestamp());
            Try(input, report);
            Volatile.Write(ref _started, 0);
            if (report.Finding is not null)
            {
                report.Finding = string.Create(CultureInfo.InvariantCulture, $"--format {format.Name} --seed {seed} --index {index}: {report.Finding}");
            }
        }

        return report;
    }

    private void Try(byte[] input, FuzzReport report)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        long started = Stopwatch.GetTimestamp();
        bool judged = false;
        try
        {
            report.Inputs++;
            if (format.Read(input))
            {
                report.Readable++;
                judged = report.Readable % JudgedOneIn == 1;
            }
            else
            {
                judged = report.Inputs % (JudgedOneIn * 4) == 1;
            }

            if (judged)
            {
                Verdict verdict = format.Judge(input, null);
                Count(verdict, report);
                string line = Line(verdict);
                string cached = Line(format.Judge(input, _cache));
                if (cached != line)
                {
                    report.Finding = $"with a cache {cached}, without {line}";
                    return;
                }

                if (verdict is Verdict.Genuine && !format.Sound.IsEmpty
                    && !(_sound.Contains(line) && (!format.IsExact || _exact.Contains(new ByteString(input)))))
                {
                    report.Finding = $"accepted, though it was changed: {line}";
                    return;
                }
            }
        }
        catch (Exception problem)
        {
            report.Finding = $"{problem.GetType().Name}: {problem.Message} {problem.StackTrace}";
            return;
        }

        TimeSpan took = Stopwatch.GetElapsedTime(started);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        report.Longest = took > report.Longest ? took : report.Longest;
        report.MostAllocated = Math.Max(report.MostAllocated, allocated);
        if (allocated > MostAllocation)
        {
            report.Finding = string.Create(CultureInfo.InvariantCulture, $"{allocated} bytes allocated for an input of {input.Length}");
        }
    }

    private static string Line(Verdict verdict) => JudgementJson.Line("input", null, verdict);

    private static void Count(Verdict verdict, FuzzReport report)
    {
        report.Judged++;
        if (verdict is Verdict.Refused refused)
        {
            foreach (RefusalReason reason in refused.Reasons)
            {
                _ = report.Refusals.Add(reason.Code);
            }
        }
        else
        {
            report.Genuine++;
        }
    }
}
