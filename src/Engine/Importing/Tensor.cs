namespace Ait.Engine.Importing;

/// <summary>Where a tensor of a checkpoint lies. A vector has one row.</summary>
/// <param name="Name">Its name.</param>
/// <param name="File">The file that holds it.</param>
/// <param name="Type">How its numbers are written.</param>
/// <param name="Dimensions">1 for a vector, 2 for a matrix, 0 or more than 2 for what the engine does not use.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Columns">Columns.</param>
/// <param name="Offset">First byte in the file.</param>
/// <param name="Bytes">Length in bytes.</param>
internal sealed record Tensor(string Name, TensorFile File, TensorType Type, int Dimensions, long Rows, long Columns, long Offset, long Bytes)
{
    public string Shape => Dimensions == 2 ? $"{Rows} × {Columns}" : Dimensions == 1 ? $"{Columns}" : $"{Dimensions} dimensions";
}
