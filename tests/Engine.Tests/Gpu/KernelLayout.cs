using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using Ait.Engine.Gpu;

namespace Ait.Engine.Tests.Gpu;

/// <summary>The argument structures on either side: what the C++ compiler lays out, asked by a text made from the C# fields.</summary>
internal static class KernelLayout
{
    public static Type[] Structures { get; } =
    [
        typeof(UnpackArguments), typeof(EmbedArguments), typeof(ProductSums), typeof(QuantizeArguments), typeof(LinearArguments), typeof(FinishArguments), typeof(PagesArguments),
        typeof(PositionArguments), typeof(AttendTile), typeof(AttendArguments), typeof(PoolArguments), typeof(ChoiceArguments), typeof(ChooseArguments),
        typeof(ChainDrawArguments), typeof(ChainMultiplyArguments), typeof(ChainFoldArguments),
        typeof(ItemRange), typeof(ItemOffset), typeof(ScaleArguments), typeof(TransposeArguments), typeof(GradientArguments), typeof(ProductArguments), typeof(UnpageArguments),
        typeof(CenterArguments), typeof(SquareArguments), typeof(RotateBackArguments), typeof(SiluBackArguments), typeof(NormBackArguments), typeof(LossArguments),
        typeof(ScatterArguments), typeof(ReduceArguments), typeof(AdamArguments),
    ];

    /// <summary>Defines a table of sizes and offsets, in the order of <see cref="Expected"/>.</summary>
    public static string Source { get; } = Write();

    /// <summary>Name and value of every size and offset, as the runtime lays the structures out.</summary>
    public static IEnumerable<(string Name, long Value)> Expected()
    {
        foreach (Type structure in Structures)
        {
            yield return ($"sizeof(ait::{Name(structure)})", Marshal.SizeOf(structure));
            foreach (FieldInfo field in Fields(structure))
            {
                yield return ($"offsetof(ait::{Name(structure)}, {Snake(field.Name)})", Marshal.OffsetOf(structure, field.Name));
            }
        }
    }

    private static FieldInfo[] Fields(Type structure) => structure.GetFields(BindingFlags.Public | BindingFlags.Instance);

    private static string Write()
    {
        var text = new StringBuilder("extern \"C\" const long ait_layout[] = {\n");
        foreach ((string name, _) in Expected())
        {
            text.Append("    (long)").Append(name).Append(",\n");
        }

        return text.Append("};\n").ToString();
    }

    private static string Name(Type structure) => structure.Name switch
    {
        nameof(PagesArguments) => "Pages",
        nameof(ChoiceArguments) => "Choice",
        nameof(ProductSums) => "Product",
        _ => structure.Name,
    };

    private static string Snake(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) && i > 0 ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));
}
