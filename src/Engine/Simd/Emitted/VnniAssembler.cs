namespace Ait.Engine.Simd.Emitted;

/// <summary>
/// Writes the machine code of one tile product: R packed rows of activations times one panel of 16 rows of weights.
/// C signature, System V ABI: <c>void(const int8_t* panel /*rdi*/, const int8_t* x /*rsi*/, int64_t groups /*rdx*/,
/// int32_t* sums /*rcx*/)</c>. It stores R lines of 16 sums and touches no register that a caller keeps.
/// </summary>
internal static class VnniAssembler
{
    /// <summary>Groups of 4 columns per turn of the loop; columns are a multiple of 16.</summary>
    public const int GroupsPerTurn = 4;

    private const int Rsi = 6;
    private const int Rdi = 7;
    private const int Rcx = 1;
    private const int Weights = 30;
    private const int SignBits = 31;

    /// <summary>The code for a number of rows, 1 to 16.</summary>
    public static byte[] Emit(int rows)
    {
        var code = new List<byte>();
        // Few rows leave the multiplier waiting for its own sums: give every group of a turn sums of its own.
        int chains = rows <= 6 ? GroupsPerTurn : 1;

        code.AddRange([0xB8, 0x80, 0x80, 0x80, 0x80]);                                  // mov eax, 0x80808080
        Evex(code, map: 2, prefix: 1, opcode: 0x7C, SignBits, 0, 0);                    // vpbroadcastd zmm31, eax
        for (int i = 0; i < rows * chains; i++)
        {
            Evex(code, map: 1, prefix: 1, opcode: 0xEF, i, i, i);                       // vpxord zmm, zmm, zmm
        }

        int loop = code.Count;
        for (int group = 0; group < GroupsPerTurn; group++)
        {
            // w xor 0x80 is w + 128 as an unsigned byte: vpdpbusd wants unsigned times signed.
            EvexMemory(code, map: 1, prefix: 1, opcode: 0xEF, Weights, SignBits, Rdi, group, broadcast: false); // vpxord zmm30, zmm31, [rdi + 64 group]
            for (int row = 0; row < rows; row++)
            {
                int sum = (row * chains) + (chains == 1 ? 0 : group);
                EvexMemory(code, map: 2, prefix: 1, opcode: 0x50, sum, Weights, Rsi, (group * rows) + row, broadcast: true); // vpdpbusd zmm, zmm30, dword [rsi + …]{1to16}
            }
        }

        code.AddRange([0x48, 0x81, 0xC7, 0x00, 0x01, 0x00, 0x00]);                      // add rdi, 256
        code.AddRange([0x48, 0x81, 0xC6, .. BitConverter.GetBytes(16 * rows)]);         // add rsi, 16 rows
        code.AddRange([0x48, 0x83, 0xEA, GroupsPerTurn]);                               // sub rdx, 4
        code.AddRange([0x0F, 0x85, .. BitConverter.GetBytes(loop - (code.Count + 6))]); // jnz loop

        for (int row = 0; row < rows; row++)
        {
            int sum = row * chains;
            for (int chain = 1; chain < chains; chain++)
            {
                Evex(code, map: 1, prefix: 1, opcode: 0xFE, sum, sum, sum + chain);     // vpaddd
            }

            EvexMemory(code, map: 1, prefix: 2, opcode: 0x7F, sum, 0, Rcx, row, broadcast: false); // vmovdqu32 [rcx + 64 row], zmm
        }

        code.AddRange([0xC5, 0xF8, 0x77, 0xC3]);                                        // vzeroupper; ret
        return [.. code];
    }

    /// <summary>A 512-bit instruction on registers: destination or source in reg, first source in vvvv, second in rm.</summary>
    private static void Evex(List<byte> code, int map, int prefix, byte opcode, int reg, int first, int rm)
    {
        Prefix(code, map, prefix, reg, first, rm, broadcast: false);
        code.Add(opcode);
        code.Add((byte)(0xC0 | ((reg & 7) << 3) | (rm & 7)));
    }

    /// <summary>The same with a memory operand at base + displacement · operand size.</summary>
    private static void EvexMemory(List<byte> code, int map, int prefix, byte opcode, int reg, int first, int baseRegister, int displacement, bool broadcast)
    {
        Prefix(code, map, prefix, reg, first, baseRegister, broadcast);
        code.Add(opcode);
        code.Add((byte)(0x40 | ((reg & 7) << 3) | baseRegister));
        code.Add(checked((byte)(sbyte)displacement));
    }

    // Intel SDM volume 2, §2.7.1: 62, then inverted register bits and the map, then W, vvvv and pp, then length, broadcast, V'.
    private static void Prefix(List<byte> code, int map, int prefix, int reg, int first, int rm, bool broadcast)
    {
        int r = (reg & 8) == 0 ? 0x80 : 0;
        int x = (rm & 16) == 0 ? 0x40 : 0;
        int b = (rm & 8) == 0 ? 0x20 : 0;
        int r2 = (reg & 16) == 0 ? 0x10 : 0;
        code.Add(0x62);
        code.Add((byte)(r | x | b | r2 | map));
        code.Add((byte)(((~first & 15) << 3) | 4 | prefix));
        code.Add((byte)(0x40 | (broadcast ? 0x10 : 0) | ((first & 16) == 0 ? 8 : 0)));
    }
}
