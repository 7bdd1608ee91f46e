using System.Buffers.Binary;
using System.Text;
using Ait.Engine;

namespace Ait.EndToEnd.Tests;

/// <summary>Looks for a text of tokens in bytes, in every form in which a program might leave it. Eight tokens in a row are a find.</summary>
internal static class Traces
{
    private const int Window = 8;

    /// <summary>Where, and in which form, something of the tokens lies.</summary>
    internal static IReadOnlyList<string> Find(IEnumerable<(string Place, byte[] Bytes)> where, IReadOnlyList<int> tokens)
    {
        (string Name, byte[] Bytes)[] forms = [.. Windows(tokens).SelectMany(Forms)];
        return
        [
            .. where.SelectMany(item => forms.Where(form => item.Bytes.AsSpan().IndexOf(form.Bytes) >= 0).Select(form => $"{item.Place}: {form.Name}")).Distinct().Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Every file under a folder, also those that a program has open, by its path and its bytes.</summary>
    internal static IEnumerable<(string Place, byte[] Bytes)> Files(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            byte[] bytes;
            try
            {
                if (Path.GetFileName(path) == "lock" || path.EndsWith(".lock", StringComparison.Ordinal))
                {
                    continue; // Held by its program, so that nobody can open it; it holds a process id at most.
                }

                using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using var copy = new MemoryStream();
                stream.CopyTo(copy);
                bytes = copy.ToArray();
            }
            catch (FileNotFoundException)
            {
                continue; // Written anew just now.
            }

            yield return (Path.GetRelativePath(folder, path), bytes);
        }
    }

    /// <summary>The windows to look for: the first, the one with the most different tokens, the last.</summary>
    private static IEnumerable<int[]> Windows(IReadOnlyList<int> tokens)
    {
        int[][] all = [.. Enumerable.Range(0, tokens.Count - Window + 1).Select(start => tokens.Skip(start).Take(Window).ToArray())];
        return new[] { all[0], all.MaxBy(window => window.Distinct().Count())!, all[^1] }.Where(window => window.Distinct().Count() > Window / 2);
    }

    private static IEnumerable<(string Name, byte[] Bytes)> Forms(int[] window)
    {
        byte[] big = [.. window.SelectMany(token => Word(token, isBig: true))];
        byte[] little = [.. window.SelectMany(token => Word(token, isBig: false))];
        byte[] narrow = [.. window.Where(token => token < 256).Select(token => (byte)token)];
        string text = ByteTokenizer.DecodePrintable(window);
        (string Name, byte[] Bytes)[] raw =
        [
            ("32-bit big-endian", big),
            ("32-bit little-endian", little),
            ("16-bit", [.. window.SelectMany(token => BitConverter.GetBytes((ushort)token))]),
            ("bytes", narrow),
            ("text", Encoding.UTF8.GetBytes(text)),
            ("UTF-16 text", Encoding.Unicode.GetBytes(text)),
            ("64-bit", [.. window.SelectMany(token => BitConverter.GetBytes((long)token))]),
        ];
        foreach ((string name, byte[] bytes) in raw.Where(form => form.Bytes.Length >= Window))
        {
            yield return (name, bytes);
            yield return ($"{name} in hexadecimal", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes)));
            yield return ($"{name} in upper-case hexadecimal", Encoding.ASCII.GetBytes(Convert.ToHexString(bytes)));
            for (int shift = 0; shift < 3; shift++)
            {
                // The characters of base64 that depend on the window alone, wherever in the encoded bytes it begins.
                string encoded = Convert.ToBase64String([.. new byte[shift], .. bytes, 0, 0, 0]);
                yield return ($"{name} in base64", Encoding.ASCII.GetBytes(encoded[(((8 * shift) + 5) / 6)..(8 * (shift + bytes.Length) / 6)]));
            }
        }

        yield return ("numbers", Encoding.ASCII.GetBytes(string.Join(',', window)));
        yield return ("numbers with spaces", Encoding.ASCII.GetBytes(string.Join(", ", window)));
    }

    private static byte[] Word(int token, bool isBig)
    {
        byte[] word = new byte[sizeof(int)];
        if (isBig)
        {
            BinaryPrimitives.WriteInt32BigEndian(word, token);
        }
        else
        {
            BinaryPrimitives.WriteInt32LittleEndian(word, token);
        }

        return word;
    }
}
