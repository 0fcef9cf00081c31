import { createRoot } from 'react-dom/client';
import 'sluice-player';

createRoot(document.getElementById('root')).render(
  <sluice-player src="films/film.mkv" base="https://media.example" />,
);
