package dlt.data;

import com.ning.compress.lzf.LZFException;
import com.ning.compress.lzf.impl.VanillaChunkDecoder;
import io.jhdf.exceptions.HdfFilterException;
import io.jhdf.filter.Filter;

/// h5py's LZF compression by the decoder in plain Java; jhdf's own choice makes Java print warnings.
final class Hdf5Lzf implements Filter {
  @Override
  public int getId() {
    return 32000;
  }

  @Override
  public String getName() {
    return "lzf";
  }

  /// The third of `filterData` is the length of what comes out; a chunk that did not become shorter is stored as it is.
  @Override
  public byte[] decode(byte[] encoded, int[] filterData) {
    int length = filterData[2];
    if (encoded.length == length) {
      return encoded;
    }
    byte[] r = new byte[length];
    try {
      new VanillaChunkDecoder().decodeChunk(encoded, 0, r, 0, length);
    } catch (LZFException e) {
      throw new HdfFilterException("the LZF compression is damaged", e);
    }
    return r;
  }
}
