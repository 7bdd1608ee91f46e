namespace Ait.Engine;

/// <summary>The instructions that carry out the arithmetic. The choice changes the speed and nothing else.</summary>
public enum Backend
{
    /// <summary>The fastest that this processor and runtime offer.</summary>
    Auto = 0,

    /// <summary>The definition: plain loops, on every processor.</summary>
    Scalar = 1,

    /// <summary>x86 with 256-bit integers.</summary>
    Avx2 = 2,

    /// <summary>x86 with 512-bit integers of bytes and words (AVX512BW).</summary>
    Avx512 = 3,

    /// <summary>As <see cref="Avx512"/>, with emitted byte dot products (AVX512_VNNI), where executable memory is allowed.</summary>
    Avx512Vnni = 4,

    /// <summary>Arm with byte dot products (AdvSimd.Dp).</summary>
    AdvSimd = 5,

    /// <summary>A GPU of NVIDIA (compute capability 8.0 or newer) or AMD (CDNA 3), where a driver and its run-time compiler are at hand.</summary>
    Gpu = 16,
}
