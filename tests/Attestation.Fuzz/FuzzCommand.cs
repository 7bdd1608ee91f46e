using System.Collections.Immutable;
using System.Globalization;
using Ait.Attestation.Fuzz.Formats;
using Ait.Attestation.Fuzz.Mutating;

namespace Ait.Attestation.Fuzz;

/// <summary>The command: arguments in, one line a format out; exit 1 at a finding, with the input kept.</summary>
internal static class FuzzCommand
{
    private const string Help = """
        Mutates evidence of every format, knowing its structure, and feeds it to the readers and verifiers.

          --count N      inputs a format (default 1000000)
          --format NAME  this format only; repeat it for several (default all)
          --seed N       instead of the kept seeds
          --index N      this one input again; with --format and --seed
          --genuine DIR  let genuine evidence from this folder join (other inputs than without it)

        Exit status: 0 no finding, 1 a finding, 2 wrong arguments.
        """;

    internal static int Run(IReadOnlyList<string> words, TextWriter output, TextWriter error)
    {
        long count = 1_000_000;
        ulong? seed = null;
        long? index = null;
        string? genuine = null;
        List<string> wanted = [];
        for (int place = 0; place < words.Count; place += 2)
        {
            string value = place + 1 < words.Count ? words[place + 1] : string.Empty;
            bool understood = words[place] switch
            {
                "--count" => long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0,
                "--seed" => Read(value, out seed),
                "--index" => Read(value, out index),
                "--format" => Take(value, wanted),
                "--genuine" => Directory.Exists(genuine = value),
                _ => false,
            };
            if (!understood)
            {
                error.WriteLine(words[place] is "--help" or "-h" ? Help : $"{words[place]} {value} is not understood.\n{Help}");
                return 2;
            }
        }

        string repository = Repository();
        ImmutableArray<FuzzFormat> formats = FuzzFormats.All(new Corpus(repository, genuine));
        string? unknown = wanted.FirstOrDefault(name => formats.All(format => format.Name != name));
        if (unknown is not null)
        {
            error.WriteLine($"There is no format {unknown}; there are {string.Join(", ", formats.Select(format => format.Name))}.");
            return 2;
        }

        string findings = Path.Combine(repository, "artifacts", "fuzz");
        int exit = 0;
        output.WriteLine($"{"format",-16} {"seed",5} {"inputs",9} {"readable",9} {"judged",7} {"genuine",7} {"refusals",8} {"most bytes",11} {"longest",9}");
        foreach (FuzzFormat format in formats.Where(format => wanted.Count == 0 || wanted.Contains(format.Name)))
        {
            foreach ((ulong each, long share) in Shares(seed is { } one ? [one] : KeptSeeds(repository), count))
            {
                FuzzReport report = new Fuzzer(format).Run(each, index ?? 0, index is null ? share : 1, (at, input) =>
                {
                    error.WriteLine($"HANG --format {format.Name} --seed {each} --index {at}; input kept in {Keep(findings, format, each, at, input)}");
                    Environment.Exit(1);
                });
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{format.Name,-16} {each,5} {report.Inputs,9} {report.Readable,9} {report.Judged,7} {report.Genuine,7} {report.Refusals.Count,8} {report.MostAllocated,11} {report.Longest.TotalMilliseconds,7:F1}ms"));
                if (report.Finding is { } finding)
                {
                    long at = (index ?? 0) + report.Inputs - 1;
                    error.WriteLine($"FINDING {finding}");
                    error.WriteLine($"input kept in {Keep(findings, format, each, at, format.Make(new Chance(each, format.Name, at)))}");
                    exit = 1;
                    break;
                }
            }
        }

        return exit;
    }

    /// <summary>The seeds that every run uses, from the file beside this project.</summary>
    internal static ImmutableArray<ulong> KeptSeeds(string repository) =>
    [
        .. File.ReadLines(Path.Combine(repository, "tests", "Attestation.Fuzz", "seeds.txt"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => ulong.Parse(line, NumberStyles.None, CultureInfo.InvariantCulture)),
    ];

    internal static string Repository()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Ait.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("this runs outside the repository");
    }

    private static IEnumerable<(ulong Seed, long Share)> Shares(ImmutableArray<ulong> seeds, long count)
    {
        for (int place = 0; place < seeds.Length; place++)
        {
            long share = (count / seeds.Length) + (place < count % seeds.Length ? 1 : 0);
            if (share > 0)
            {
                yield return (seeds[place], share);
            }
        }
    }

    private static string Keep(string folder, FuzzFormat format, ulong seed, long index, byte[] input)
    {
        _ = Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{format.Name}-{seed}-{index}.bin"));
        File.WriteAllBytes(path, input);
        return path;
    }

    private static bool Take(string value, List<string> into)
    {
        into.Add(value);
        return true;
    }

    private static bool Read<T>(string text, out T? value)
        where T : struct, ISpanParsable<T>
    {
        bool read = T.TryParse(text, CultureInfo.InvariantCulture, out T parsed);
        value = read ? parsed : null;
        return read;
    }
}
