using System.Text;

namespace Ait.Engine.Gpu;

/// <summary>The one text of all kernels, for the compilers of CUDA, HIP and the host.</summary>
internal static class KernelSource
{
    /// <summary>The files in the order of their use.</summary>
    public static ReadOnlySpan<string> Files =>
        new[] { "platform.cuh", "exact_math.cuh", "arguments.cuh", "quantize.cu", "linear.cu", "position.cu", "attend.cu", "attend_narrow.cu", "choose.cu", "chain.cu", "product.cu", "gradient.cu" };

    /// <summary>All files, one after the other, each under its own name in the compiler's messages.</summary>
    public static string Text { get; } = Read();

    private static string Read()
    {
        var text = new StringBuilder();
        foreach (string file in Files)
        {
            using Stream stream = typeof(KernelSource).Assembly.GetManifestResourceStream($"kernels/{file}")
                ?? throw new InvalidOperationException($"The assembly does not hold the kernels of {file}.");
            using var reader = new StreamReader(stream, Encoding.UTF8);
            text.Append("#line 1 \"").Append(file).Append("\"\n");
            // One text has nothing to include once.
            text.Append(reader.ReadToEnd().Replace("#pragma once", string.Empty, StringComparison.Ordinal)).Append('\n');
        }

        return text.ToString();
    }
}
